// @internal The windows of a pooling along one axis, as the kernels read them.

import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The windows along one axis: described, and written down once there is memory for what they are of. */
export interface Windows {
  /** All that `windowAt` depends on. */
  readonly key: string;
  /** Of the axis. */
  readonly size: number;
  readonly count: number;
  /** The places of the axis that a window covers. */
  windowAt(i: number): readonly [start: number, end: number];
}

/** A network pools the same few sizes at every step: those made last are kept. */
const known = new Map<string, Int32Array>();
const MOST_KNOWN = 64;
/** Words of a table that is kept. */
const LONGEST_KNOWN = 4096;

/** The windows where kernels can read them: kernels/shared/window.ts. */
export function windowTable(windows: Windows): Tensor<"i32"> {
  const { key, size, count } = windows;
  const table = empty([2 * (count + size)], "i32");
  const { data } = table;
  const found = known.get(key);
  if (found) {
    data.set(found);
    return table;
  }
  fill(data, windows);
  if (known.size === MOST_KNOWN) known.clear();
  if (data.length <= LONGEST_KNOWN) known.set(key, data.slice());
  return table;
}

/** The windows and, for backward, those that cover each place. */
function fill(table: Int32Array, { size, count, windowAt }: Windows): void {
  for (let i = 0; i < count; i++) [table[2 * i], table[2 * i + 1]] = windowAt(i);
  let first = 0;
  let end = 0;
  for (let place = 0; place < size; place++) {
    while (first < count && table[2 * first + 1] <= place) first++;
    while (end < count && table[2 * end] <= place) end++;
    table[2 * (count + place)] = first;
    table[2 * (count + place) + 1] = end;
  }
}
