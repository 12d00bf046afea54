// The table of kernels/shared/parameters.ts, in a separate module.

import type { KernelModule } from "./kernel_module.ts";

export interface ParameterRow {
  p?: { ptr: number };
  g?: { ptr: number };
  /** Where its elements begin in the concatenation of all parameters. */
  first: number;
  size: number;
  /** Default 1. */
  decays?: 0 | 1;
}

/** @returns its address and its number of rows, as kernels take them */
export function parameterRows(module: KernelModule, rows: readonly ParameterRow[]): [table: number, rows: number] {
  const words = rows.flatMap(({ p, g, first, size, decays = 1 }) => [p?.ptr ?? 0, g?.ptr ?? 0, first, size, decays]);
  return [module.put(new Float32Array(Uint32Array.from(words).buffer)).ptr, rows.length];
}
