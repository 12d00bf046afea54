// @internal Which kernels compute a convolution: the one table, keyed by the per-image shape alone.

import type { ConvAlgorithm, ConvGeometry } from "./conv_geometry.ts";
import { im2colConv } from "./conv2d_im2col.ts";
import { winogradConv } from "./conv2d_winograd.ts";

/**
 * Winograd for 3×3, stride 1, padding 1 over channels by fours, everything else by im2col. The batch has
 * no say in it: a picture's result must not depend on how many others came with it.
 */
export function convAlgorithm({ kh, kw, stride, padding, cin, cout }: ConvGeometry): ConvAlgorithm {
  const isWinograd = kh === 3 && kw === 3 && stride === 1 && padding === 1 && cin % 4 === 0 && cout % 4 === 0;
  return isWinograd ? winogradConv : im2colConv;
}
