// B as panels of sixteen columns, each with its rows one behind the other.

import { NR } from "../abi/abi";
import { load4, loadF32, store4 } from "../shared/simd";
import { transpose4x4 } from "../shared/transpose4x4";

/** out[p][j] = b[p·bRow + (j0 + j)·bCol] for p < k, j < 16; 0 from column n on. */
export function packPanel(out: usize, b: usize, j0: usize, n: usize, k: usize, bRow: usize, bCol: usize): void {
  const isWhole = j0 + NR <= n;
  let p: usize = 0;
  if (isWhole && bCol === 1) {
    for (; p < k; p++) {
      for (let j: usize = 0; j < NR; j += 4) store4(out, p * NR + j, load4(b, p * bRow + j0 + j));
    }
  } else if (isWhole && bRow === 1) {
    for (; p + 4 <= k; p += 4) {
      for (let j: usize = 0; j < NR; j += 4) transpose4x4(out, p * NR + j, NR, b, (j0 + j) * bCol + p, bCol);
    }
  }
  for (; p < k; p++) {
    for (let j: usize = 0; j < NR; j++) {
      const value = j0 + j < n ? loadF32(b, p * bRow + (j0 + j) * bCol) : <f32>0;
      store<f32>(out + ((p * NR + j) << 2), value);
    }
  }
}
