import { defineOp } from "../autograd/define_op.ts";
import { checkOptions, oneOf } from "../base/check.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface GeluOptions {
  /** "tanh" for ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), off by up to 5e-4; default "none", exact. */
  approximate?: "none" | "tanh";
}

/**
 * Gaussian error linear unit: y = x·Φ(x) = ½x·(1 + erf(x/√2)), element by element.
 *
 * @param x any shape, f32
 * @returns the shape of x
 * @throws {OptionError} an unknown approximation, or an option of another name
 *
 * Cost: one pass, in f64. Backward: dx = dy·(Φ(x) + x·φ(x)). Saves x.
 * Source: Hendrycks & Gimpel 2016, arXiv:1606.08415; the default as PyTorch's.
 * @example gelu(tensor([-1, 2])) // [-0.15865526, 1.9544997]
 */
export const gelu = defineOp("gelu", {
  forward({ save }, x: Tensor, options: GeluOptions = {}) {
    checkGelu("gelu", options);
    const y = empty(x.shape);
    parallelFor(options.approximate === "tanh" ? "gelu_tanh_f32" : "gelu_f32", x.size, y, x);
    save(x);
    return y;
  },
  backward({ args: [, options], saved: [x] }, dy) {
    const kernel = options?.approximate === "tanh" ? "gelu_tanh_backward_f32" : "gelu_backward_f32";
    const dx = empty(x.shape);
    parallelFor(kernel, x.size, dx, dy, x);
    return [dx];
  },
});

const RULES = { approximate: /* @__PURE__ */ oneOf("none", "tanh") };

/** @internal @throws {OptionError} */
export function checkGelu(owner: string, options: GeluOptions): void {
  checkOptions(owner, options, RULES);
}
