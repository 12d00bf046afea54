// @internal The windows of a pooling along one axis, as the kernels read them.

import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The places [start, end) of one axis that a window covers. */
type Window = readonly [start: number, end: number];

/** The windows along one axis. */
export interface Windows {
  readonly count: number;
  /** As the kernels read them: kernels/shared/window.ts. */
  readonly table: Int32Array;
}

/** A network pools the same few sizes at every step. */
const known = new Map<string, Windows>();
const MOST_KNOWN = 64;

/**
 * The same few are asked for at every step: those made last are kept.
 *
 * @param key   all that `windowAt` depends on
 * @param size  of the axis
 * @param count of windows
 */
export function windows(key: string, size: number, count: number, windowAt: (i: number) => Window): Windows {
  let found = known.get(key);
  if (!found) {
    found = {
      count,
      table: tableOf(
        Array.from({ length: count }, (_, i) => windowAt(i)),
        size,
      ),
    };
    if (known.size === MOST_KNOWN) known.clear();
    known.set(key, found);
  }
  return found;
}

/** The windows and, for backward, those that cover each of `size` places. */
function tableOf(windows: readonly Window[], size: number): Int32Array {
  const table = windows.flat();
  let first = 0;
  let end = 0;
  for (let place = 0; place < size; place++) {
    while (first < windows.length && windows[first][1] <= place) first++;
    while (end < windows.length && windows[end][0] <= place) end++;
    table.push(first, end);
  }
  return Int32Array.from(table);
}

/** The windows where kernels can read them. */
export function windowTable({ table }: Windows): Tensor<"i32"> {
  const copy = empty([table.length], "i32");
  copy.data.set(table);
  return copy;
}
