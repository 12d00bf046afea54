// Whether a pen was seen: from then on there is something to choose of pens.

import { signal } from "@preact/signals";

export const hasSeenPen = signal(false);
