// Where one is in the app, and the settings, as signals kept in step with the page's address.

import { computed, signal } from "@preact/signals";
import { readFragment, type Settings, writeFragment } from "./fragment.ts";

/** In the order of their tabs; the first is open at first. Each is its address, as in #draw. */
export const SECTION_NAMES = ["draw"] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

const place = signal(readFragment(location.hash, SECTION_NAMES));
export const section = computed(() => place.value.section);
export const settings = computed(() => place.value.settings);

addEventListener("hashchange", () => {
  place.value = readFragment(location.hash, SECTION_NAMES);
});

/** A setting is no place to go back to: the address changes, the history does not. */
export function change(changes: Partial<Settings>): void {
  place.value = { ...place.value, settings: { ...place.value.settings, ...changes } };
  history.replaceState(history.state, "", writeFragment(place.value));
}

/** The link to a section, with the settings as they are. */
export function linkTo(name: SectionName): string {
  return writeFragment({ ...place.value, section: name });
}
