// @internal Which kernels compute a convolution: the one table, keyed by the per-image shape alone.

import type { ConvAlgorithm, ConvGeometry } from "./conv_geometry.ts";
import { gemmConv } from "./conv2d_gemm.ts";
import { winogradConv } from "./conv2d_winograd.ts";

/**
 * For 3×3, stride 1, padding 1 and output channels by fours: Winograd where the input channels go by fours
 * too. Everything else by implicit GEMM. The batch has no say in it: an
 * image's result must not depend on how many others came with it.
 *
 * @param isExact by the definition: not by Winograd
 */
export function convAlgorithm({ kh, kw, stride, padding, cin, cout }: ConvGeometry, isExact = false): ConvAlgorithm {
  const isSame3x3 = kh === 3 && kw === 3 && stride === 1 && padding === 1;
  return isSame3x3 && cin % 4 === 0 && cout % 4 === 0 && !isExact ? winogradConv : gemmConv;
}
