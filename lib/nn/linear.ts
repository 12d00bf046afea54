import { boolean, check, checkOptions, integer } from "../base/check.ts";
import { linear } from "../ops/linear.ts";
import { KEY_RULES } from "../runtime/rng.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fillUniform, initialPath, parameter } from "./init.ts";
import { join, Module } from "./module.ts";

export interface LinearOptions {
  /** Add a bias; default true. */
  bias?: boolean;
  /** Where the initial values come from; default: each layer of the process its own. */
  seed?: number;
}

/**
 * A fully connected layer: y = x·W + b; x [N, In] → [N, Out].
 *
 * weight [In, Out], bias [Out]; both start uniform in ±1/√In, PyTorch's default.
 *
 * @throws {OptionError} a size that is not an integer ≥ 1, a bad seed, or an option of another name
 * @example new Linear(512, 10)
 */
export class Linear extends Module {
  readonly weight: Tensor<"f32">;
  readonly bias: Tensor<"f32"> | null;

  constructor(
    private readonly inFeatures: number,
    outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    check("Linear", "inFeatures", inFeatures, integer(1));
    check("Linear", "outFeatures", outFeatures, integer(1));
    checkOptions("Linear", options, { bias: boolean, seed: KEY_RULES.seed });
    this.weight = parameter([inFeatures, outFeatures]);
    this.bias = (options.bias ?? true) ? parameter([outFeatures]) : null;
    this.initializeOwn(...initialPath(options.seed));
  }

  forward(x: Tensor): Tensor<"f32"> {
    return linear(x, this.weight, this.bias);
  }

  protected override initializeOwn(seed: number, path: string): void {
    fillUniform(this.weight, this.inFeatures, seed, join(path, "weight"));
    if (this.bias) fillUniform(this.bias, this.inFeatures, seed, join(path, "bias"));
  }
}
