// Where one is in the app, and the settings, as signals kept in step with the page's address.

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { RULES, type Rules, readFragment, readSettings, withSettings, writeFragment } from "./fragment.ts";

/** In the order of their tabs; the first is open at first. Each is its address, as in #draw. */
export const SECTION_NAMES = ["draw", "inside", "train"] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

const place = signal(readFragment(location.hash, SECTION_NAMES));
export const section = computed(() => place.value.section);

addEventListener("hashchange", () => {
  place.value = readFragment(location.hash, SECTION_NAMES);
});

export interface SettingsInPlace<S> {
  readonly settings: ReadonlySignal<S>;
  /** A setting is no place to go back to: the address changes, the history does not. */
  change(changes: Partial<S>): void;
}

/** The settings that these rules are for: a section's own, for instance, whose rules are loaded with it. */
export function settingsBy<S>(rules: Rules<S>): SettingsInPlace<S> {
  const settings = computed(() => readSettings(rules, place.value.parameters));
  return {
    settings,
    change(changes) {
      const parameters = withSettings(rules, place.value.parameters, { ...settings.value, ...changes });
      place.value = { ...place.value, parameters };
      history.replaceState(history.state, "", writeFragment(place.value));
    },
  };
}

export const { settings, change } = settingsBy(RULES);

/** The link to a section, with the settings as they are. */
export function linkTo(name: SectionName): string {
  return writeFragment({ ...place.value, section: name });
}
