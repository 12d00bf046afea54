// @internal The sizes and strides of a matrix product, in the order in which gemm_f32 takes them.

import { NR } from "../runtime/kernel_abi.ts";

/** Of c [m, n] = op(a)·b, c and a row-major. */
export interface GemmSizes {
  m: number;
  n: number;
  k: number;
  /** a is stored [k, m]; default false. */
  transposeA?: boolean;
  /** b is in panels of NR columns, rather than [k, n] row-major. */
  isPacked: boolean;
  /** c += instead of c =; default false. */
  accumulate?: boolean;
}

/** m, n, k, cRow, aRow, aCol, bPanel, bRow, accumulate: kernels/gemm.ts says what each is. */
export function gemmSizes({ m, n, k, transposeA = false, isPacked, accumulate = false }: GemmSizes): number[] {
  // One array, made at once: this runs at each product, and small networks notice.
  return [
    m,
    n,
    k,
    n,
    transposeA ? 1 : k,
    transposeA ? m : 1,
    isPacked ? NR * k : NR,
    isPacked ? NR : n,
    accumulate ? 1 : 0,
  ];
}
