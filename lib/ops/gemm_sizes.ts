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
  const a = transposeA ? [1, m] : [k, 1];
  const b = isPacked ? [NR * k, NR] : [NR, n];
  return [m, n, k, n, ...a, ...b, accumulate ? 1 : 0];
}
