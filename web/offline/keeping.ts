// Whether the device keeps a copy of the page, which then needs no connection.

import { signal } from "@preact/signals";

export type Keeping =
  | { readonly kind: "not yet" }
  | { readonly kind: "kept" }
  /** @property why as part of a sentence: "the page came over plain HTTP" */
  | { readonly kind: "not"; readonly why: string };

export const keeping = signal<Keeping>({ kind: "not yet" });
