// Whether the settings are open.

import { signal } from "@preact/signals";

export const isSettingsOpen = signal(false);
