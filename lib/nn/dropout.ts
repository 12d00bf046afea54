import { check, checkOptions, upTo1 } from "../base/check.ts";
import { dropout } from "../ops/dropout.ts";
import { KEY_RULES, streamOf } from "../runtime/rng.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { initialPath } from "./init.ts";
import { join, Module } from "./module.ts";

/**
 * Inverted dropout in training, the identity in evaluation; see the op `dropout`.
 *
 * The mask is a function of the seed, the layer's place in the network and a step that each training
 * forward counts up; `setRandomState()` sets seed and step.
 *
 * @param p the share of elements that become 0, in [0, 1]; default 0.5
 * @throws {OptionError} p outside [0, 1], a bad seed, or an option of another name
 * @example new Dropout(0.3)
 */
export class Dropout extends Module {
  private seed = 0;
  private stream = 0;
  private step = 0;

  constructor(
    readonly p = 0.5,
    options: { seed?: number } = {},
  ) {
    super();
    check("Dropout", "p", p, upTo1);
    checkOptions("Dropout", options, { seed: KEY_RULES.seed });
    this.initializeOwn(...initialPath(options.seed));
  }

  forward(x: Tensor): Tensor<"f32"> {
    checkTensor("dropout", "x", x);
    if (!this.isTraining || this.p === 0) return x as Tensor<"f32">;
    const y = dropout(x, { p: this.p, seed: this.seed, stream: this.stream, step: this.step });
    this.step++; // not where that threw: trying again draws the same mask
    return y;
  }

  override setRandomState(seed: number, step: number): void {
    check("setRandomState", "seed", seed, KEY_RULES.seed);
    check("setRandomState", "step", step, KEY_RULES.step);
    this.seed = seed;
    this.step = step;
  }

  protected override initializeOwn(seed: number, path: string): void {
    this.seed = seed;
    this.stream = streamOf(join(path, "dropout"));
    this.step = 0;
  }
}
