// @internal Launches the GEMM kernel: not an op itself, but what matmul, linear and conv2d compute with.

import { GEMM_SCRATCH, panelsOf, panelsSize, rowTiles } from "../runtime/kernel_abi.ts";
import { parallelFor, parallelForWithScratch } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { gemmSizes } from "./gemm_sizes.ts";

/** From this many rows on, copying B into panels costs less than reading it at its own stride. */
const PACK_FROM_ROWS = 32;
/** Up to this many rows of A stay in a cache while one panel of B after another goes by; */
const COLUMNS_TO_ROWS = 1024;
/** and from so many panels on there are enough for all threads. */
const COLUMNS_FROM_PANELS = 8;

export interface GemmOptions {
  m: number;
  n: number;
  k: number;
  /** a is stored [k, m]. */
  transposeA?: boolean;
  /** b is stored [n, k]. */
  transposeB?: boolean;
  /** [n], added to every row. */
  bias?: Tensor | null;
  /** c += instead of c =. */
  accumulate?: boolean;
}

/** c [m, n] = op(a)·op(b) + bias, row-major throughout. Packing changes the speed, never the bits. */
export function gemm(c: Tensor, a: Tensor, b: Tensor, options: GemmOptions): void {
  const { m, n, k, transposeA, transposeB = false, bias = null, accumulate } = options;
  if (m >= PACK_FROM_ROWS && m <= COLUMNS_TO_ROWS && panelsOf(n) >= COLUMNS_FROM_PANELS) {
    const strides = [n, ...(transposeA ? [1, m] : [k, 1]), ...stridesOfB(n, k, transposeB)];
    const last = accumulate ? 1 : 0;
    parallelForWithScratch("gemm_columns_f32", panelsOf(n), GEMM_SCRATCH, c, a, b, bias, m, n, k, ...strides, last);
    return;
  }
  const run = (b: Tensor, isPacked: boolean): void => {
    const sizes = gemmSizes({ m, n, k, transposeA, isPacked, accumulate });
    parallelFor("gemm_f32", rowTiles(m), c, a, b, bias, ...sizes);
  };
  if (!transposeB && m < PACK_FROM_ROWS) {
    run(b, false);
  } else {
    const packed = packB(b, n, k, transposeB);
    run(packed, true);
  }
}

/** b in panels, as the kernel reads them fastest. */
export function packB(b: Tensor, n: number, k: number, transposeB: boolean): Tensor<"f32"> {
  const packed = empty([panelsSize(k, n)]);
  parallelFor("gemm_pack_b_f32", panelsOf(n), packed, b, n, k, ...stridesOfB(n, k, transposeB));
  return packed;
}

/** From row to row of B [k, n], and from column to column. */
function stridesOfB(n: number, k: number, isTransposed: boolean): number[] {
  return isTransposed ? [1, k] : [n, 1];
}
