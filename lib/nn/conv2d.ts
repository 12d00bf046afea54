import { boolean, check, checkOptions, integer } from "../base/check.ts";
import { CONV_RULES } from "../ops/conv_geometry.ts";
import { conv2d } from "../ops/conv2d.ts";
import { KEY_RULES } from "../runtime/rng.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fillUniform, initialPath, parameter } from "./init.ts";
import { join, Module } from "./module.ts";

export interface Conv2dOptions {
  /** Pixels between windows; default 1. */
  stride?: number;
  /** Zero pixels on each side; default 0. */
  padding?: number;
  /** Add a bias; default true. */
  bias?: boolean;
  /** Where the initial values come from; default: each layer of the process its own. */
  seed?: number;
}

/**
 * A convolution: x [N, H, W, Cin] → [N, OH, OW, Cout]; see the op `conv2d`.
 *
 * weight [K, K, Cin, Cout], bias [Cout]; both start uniform in ±1/√(K·K·Cin), PyTorch's default.
 *
 * @throws {OptionError} a size that is not an integer in its range, a bad seed, or an option of another name
 * @example new Conv2d(1, 32, 3, { padding: 1 })
 */
export class Conv2d extends Module {
  readonly weight: Tensor<"f32">;
  readonly bias: Tensor<"f32"> | null;
  readonly stride: number;
  readonly padding: number;

  constructor(cin: number, cout: number, kernelSize: number, options: Conv2dOptions = {}) {
    super();
    for (const [name, size] of Object.entries({ cin, cout, kernelSize })) check("Conv2d", name, size, integer(1));
    checkOptions("Conv2d", options, { ...CONV_RULES, bias: boolean, seed: KEY_RULES.seed });
    this.stride = options.stride ?? 1;
    this.padding = options.padding ?? 0;
    this.weight = parameter([kernelSize, kernelSize, cin, cout]);
    this.bias = (options.bias ?? true) ? parameter([cout]) : null;
    this.initializeOwn(...initialPath(options.seed));
  }

  forward(x: Tensor): Tensor<"f32"> {
    return conv2d(x, this.weight, this.bias, { stride: this.stride, padding: this.padding });
  }

  protected override initializeOwn(seed: number, path: string): void {
    const [kh, kw, cin] = this.weight.shape;
    fillUniform(this.weight, kh * kw * cin, seed, join(path, "weight"));
    if (this.bias) fillUniform(this.bias, kh * kw * cin, seed, join(path, "bias"));
  }
}
