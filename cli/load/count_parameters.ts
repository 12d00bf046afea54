// How large a network is.

import type { Sequential } from "../../lib/index.ts";

/** What it learns: all numbers but running statistics. */
export function countParameters(model: Sequential): number {
  return model.parameters().reduce((total, { size }) => total + size, 0);
}
