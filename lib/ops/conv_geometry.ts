// @internal The sizes of a convolution, worked out and checked once, and what computes one.

import { checkOptions, integer } from "../base/check.ts";
import { formatShape, ShapeError } from "../base/errors.ts";
import { checkRank, layoutHint, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface Conv2dOptions {
  /** Pixels between windows, integer ≥ 1; default 1. */
  stride?: number;
  /** Zero pixels on each side, integer ≥ 0; default 0. */
  padding?: number;
}

export interface ConvGeometry {
  n: number;
  h: number;
  w: number;
  cin: number;
  kh: number;
  kw: number;
  cout: number;
  stride: number;
  padding: number;
  oh: number;
  ow: number;
  /** Terms of one output element: kh·kw·cin. */
  k: number;
}

/** One way to compute a convolution, alone or with what follows it. */
export interface ConvForward {
  /** w as `forward` reads it, a new tensor: worth keeping where w stays the same. */
  pack(w: Tensor, geometry: ConvGeometry): Tensor<"f32">;
  /** y = x ⋆ w + b, and what that stands for, a new tensor. */
  forward(x: Tensor, packed: Tensor, b: Tensor | null, geometry: ConvGeometry): Tensor<"f32">;
}

/** One way to compute a convolution and its gradients. */
export interface ConvAlgorithm extends ConvForward {
  /** dx and dw, each only where it is needed; dx is added to `sum` where there is one. */
  backward(
    dy: Tensor,
    x: Tensor,
    w: Tensor,
    geometry: ConvGeometry,
    needs: readonly boolean[],
    sum: Tensor<"f32"> | null,
  ): [dx: Tensor<"f32"> | null, dw: Tensor<"f32"> | null];
}

/** Places along an axis; more than kernels could count with would be cut to 32 bits there. */
const MOST = 2 ** 24;

/** @internal */
export const CONV_RULES = { stride: /* @__PURE__ */ integer(1, MOST), padding: /* @__PURE__ */ integer(0, MOST) };

/** @throws {OptionError} stride or padding out of range, or an option of another name */
export function checkConvolution(op: string, options: Conv2dOptions): void {
  checkOptions(op, options, CONV_RULES);
}

/** @throws {ShapeError} the shapes do not fit together */
export function convGeometry(
  op: string,
  xShape: Shape,
  wShape: Shape,
  bShape: Shape | null,
  { stride = 1, padding = 0 }: Conv2dOptions = {},
): ConvGeometry {
  checkRank(op, "x", xShape, 4, "[N, H, W, Cin]");
  checkRank(op, "w", wShape, 4, "[KH, KW, Cin, Cout]");
  const [n, h, w, cin] = xShape;
  const [kh, kw, wCin, cout] = wShape;
  const shapes = { x: xShape, w: wShape, b: bShape };
  if (cin !== wCin) {
    throw new ShapeError(
      `${op}: input channels differ; x is ${formatShape(xShape)}, w is ${formatShape(wShape)}; ` +
        `x's last (${cin}) must equal w's third (${wCin}).${layoutHint(xShape, wCin)}`,
      shapes,
    );
  }
  if (bShape && (bShape.length !== 1 || bShape[0] !== cout)) {
    throw new ShapeError(
      `${op}: b is ${formatShape(bShape)}; expected [${cout}], one for each output channel.`,
      shapes,
    );
  }
  const oh = Math.floor((h + 2 * padding - kh) / stride) + 1;
  const ow = Math.floor((w + 2 * padding - kw) / stride) + 1;
  if (kh < 1 || kw < 1 || oh < 1 || ow < 1) {
    throw new ShapeError(
      `${op}: the ${kh}×${kw} window does not fit the ${h}×${w} input with padding ${padding}. ` +
        `Pad more, or use a smaller window.${layoutHint(xShape)}`,
      shapes,
    );
  }
  return { n, h, w, cin, kh, kw, cout, stride, padding, oh, ow, k: kh * kw * cin };
}
