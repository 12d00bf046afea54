// @internal Launches the GEMM kernel: not an op itself, but what matmul, linear and conv2d compute with.

import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Columns of a packed panel, rows of a tile: kernels/gemm.ts. */
const NR = 16;
const MR = 2;
/** From this many rows on, copying B into panels costs less than reading it at its own stride. */
const PACK_FROM_ROWS = 32;

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
  const { m, n, k, transposeA = false, transposeB = false, bias = null, accumulate = false } = options;
  const [aRow, aCol] = transposeA ? [1, m] : [k, 1];
  const tiles = Math.ceil(m / MR);
  const run = (panels: Tensor, bPanel: number, bRow: number): void =>
    parallelFor(
      "gemm_f32",
      tiles,
      c.ptr,
      a.ptr,
      panels.ptr,
      bias?.ptr ?? 0,
      m,
      n,
      k,
      n,
      aRow,
      aCol,
      bPanel,
      bRow,
      accumulate ? 1 : 0,
    );
  if (!transposeB && m < PACK_FROM_ROWS) {
    run(b, NR, n);
  } else {
    using packed = packB(b, n, k, transposeB);
    run(packed, NR * k, NR);
  }
}

/** b in panels of 16 columns, as the kernel reads them fastest. */
export function packB(b: Tensor, n: number, k: number, transposeB: boolean): Tensor<"f32"> {
  const panels = Math.ceil(n / NR);
  const packed = empty([panels, k, NR]);
  const [bRow, bCol] = transposeB ? [1, k] : [n, 1];
  parallelFor("gemm_pack_b_f32", panels, packed.ptr, b.ptr, n, k, bRow, bCol);
  return packed;
}
