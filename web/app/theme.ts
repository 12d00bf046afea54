// Light or dark: as the system has it, unless somebody chose. It is the reader's taste rather than a setting of the page, so
// it is kept on the device, and in no link.

import { effect, signal } from "@preact/signals";

const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "theme";

export const theme = signal<Theme>(stored());

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length];
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // A page that may store nothing forgets it.
  }
}

/** Has the page follow it. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.value;
  });
}

function stored(): Theme {
  try {
    return THEMES.find((each) => each === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}
