import { anything, below1, checkOptions, nonNegative, positive, type Rule } from "../base/check.ts";
import { parallelFor } from "../runtime/parallel.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { StatefulOptimizer } from "./optimizer.ts";

export interface AdamOptions {
  /** Learning rate, ≥ 0; default 1e-3. */
  lr?: number;
  /** How much of the mean, and of the mean square, each step keeps; in [0, 1); default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the root of the mean square, > 0; default 1e-8. */
  eps?: number;
  /** ≥ 0; default 0 in Adam, 0.01 in AdamW. */
  weightDecay?: number;
  /** Parameters that it leaves alone, usually those of one dimension: biases, and BatchNorm's. Default none. */
  noDecay?: readonly Tensor<"f32">[];
}

const BETAS: Rule = {
  says: "two numbers in [0, 1)",
  holds: (value) => Array.isArray(value) && value.length === 2 && value.findIndex((beta) => !below1.holds(beta)) < 0,
};

/** @internal What Adam's options must be. */
export const ADAM_RULES: Readonly<Record<keyof AdamOptions, Rule>> = {
  lr: nonNegative,
  betas: BETAS,
  eps: positive,
  weightDecay: nonNegative,
  noDecay: anything,
};

/** Adam and AdamW, which differ in where the weight decay goes. */
abstract class AdamFamily extends StatefulOptimizer {
  private readonly m: Tensor<"f32">;
  private readonly v: Tensor<"f32">;
  private readonly betas: readonly [number, number];
  private readonly eps: number;
  private readonly weightDecay: number;
  /** β₁ᵗ and β₂ᵗ, as products: Math.pow may differ from host to host. */
  private powers: [number, number] = [1, 1];

  protected constructor(
    name: string,
    params: readonly Tensor<"f32">[],
    options: AdamOptions,
    private readonly isDecoupled: boolean,
  ) {
    checkOptions(name, options, ADAM_RULES);
    super(name, params, options.lr ?? 1e-3, options.noDecay);
    const { betas = [0.9, 0.999], eps = 1e-8, weightDecay = isDecoupled ? 0.01 : 0 } = options;
    this.betas = betas;
    this.eps = eps;
    this.weightDecay = weightDecay;
    this.m = this.addMoment("m");
    this.v = this.addMoment("v");
  }

  protected override beginStep(): void {
    this.powers[0] *= this.betas[0];
    this.powers[1] *= this.betas[1];
  }

  protected override resume(steps: number): void {
    this.powers = [1, 1];
    for (let t = 0; t < steps; t++) {
      const [first, second] = this.powers;
      this.beginStep();
      // At 0 they stay, however many thousand million steps a state may speak of.
      if (this.powers[0] === first && this.powers[1] === second) break;
    }
  }

  protected move(size: number, table: Tensor, rows: number): void {
    const [beta1, beta2] = this.betas;
    parallelFor(
      "adam_f32",
      size,
      this.m,
      this.v,
      table,
      rows,
      beta1,
      1 - beta1,
      beta2,
      1 - beta2,
      this.lr / (1 - this.powers[0]),
      1 / Math.sqrt(1 - this.powers[1]),
      this.eps,
      this.isDecoupled ? 0 : this.weightDecay,
      this.isDecoupled ? 1 - this.lr * this.weightDecay : 1,
    );
  }
}

/**
 * Adam, as PyTorch defines it:
 *
 *   d = g + λ·p;  m ← β₁·m + (1 − β₁)·d;  v ← β₂·v + (1 − β₂)·d²
 *   p ← p − lr · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
 *
 * t counts this optimizer's steps. State: `step`, `m`, `v`.
 *
 * @throws {DTypeError} params are no array of tensors
 * @throws {OptionError} an option outside its range or of another name, or no parameters
 *
 * Source: Kingma & Ba 2015, arXiv:1412.6980.
 * @example new Adam(model.parameters(), { lr: 1e-3 })
 */
export class Adam extends AdamFamily {
  constructor(params: readonly Tensor<"f32">[], options: AdamOptions = {}) {
    super("Adam", params, options, false);
  }
}

/**
 * Adam with decoupled weight decay, as PyTorch defines it: as Adam with λ = 0, after p ← p·(1 − lr·λ).
 *
 * State: `step`, `m`, `v`.
 *
 * @throws {DTypeError} params are no array of tensors
 * @throws {OptionError} an option outside its range or of another name, or no parameters
 *
 * Source: Loshchilov & Hutter 2019, arXiv:1711.05101.
 * @example new AdamW(model.parameters(), { lr: 2e-3, weightDecay: 0.01 })
 */
export class AdamW extends AdamFamily {
  constructor(params: readonly Tensor<"f32">[], options: AdamOptions = {}) {
    super("AdamW", params, options, true);
  }
}
