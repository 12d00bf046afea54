// The two forms in which kernels multiply matrices, as calls of gemm_f32. All of a product at once: its rows are split
// among threads by what calls.

import { NR, rowTiles } from "../abi/abi";
import { gemm_f32 } from "../gemm";

/** c [m, n] = a·b, or c + a·b when accumulating: a [m, k] and c row-major, b [k, n] in panels. */
export function multiplyPanels(
  c: usize,
  a: usize,
  panels: usize,
  m: usize,
  n: usize,
  k: usize,
  accumulate: usize,
): void {
  gemm_f32(c, a, panels, 0, m, n, k, n, k, 1, NR * k, NR, accumulate, 0, rowTiles(m));
}

/** c [m, n] = aᵀ·b, or c + aᵀ·b when accumulating: a [k, m] and b [k, n] row-major, b read in place. */
export function multiplyTransposed(
  c: usize,
  a: usize,
  b: usize,
  m: usize,
  n: usize,
  k: usize,
  accumulate: usize,
): void {
  gemm_f32(c, a, b, 0, m, n, k, n, 1, m, NR, n, accumulate, 0, rowTiles(m));
}
