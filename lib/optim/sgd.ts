import { anything, below1, boolean, checkOptions, nonNegative, required } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { parallelFor } from "../runtime/parallel.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { StatefulOptimizer } from "./optimizer.ts";

export interface SGDOptions {
  /** Learning rate, ≥ 0. */
  lr: number;
  /** 0 ≤ momentum < 1; default 0. */
  momentum?: number;
  /** Look ahead along the momentum; needs one. Default false. */
  nesterov?: boolean;
  /** λ of the penalty λ/2·‖p‖², ≥ 0; default 0. */
  weightDecay?: number;
  /** Parameters that it leaves alone. Default none. */
  noDecay?: readonly Tensor<"f32">[];
}

/**
 * Stochastic gradient descent, as PyTorch defines it:
 *
 *   d = g + λ·p;  m ← μ·m + d;  p ← p − lr·m, or p − lr·(d + μ·m) with `nesterov`
 *
 * State: `step`, and with momentum `momentum`, one number a parameter.
 *
 * @throws {DTypeError} params are no array of tensors
 * @throws {OptionError} an option outside its range or of another name, or no parameters
 * @example new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 })
 */
export class SGD extends StatefulOptimizer {
  private readonly velocity: Tensor<"f32"> | null;
  private readonly momentum: number;
  private readonly nesterov: boolean;
  private readonly weightDecay: number;

  constructor(params: readonly Tensor<"f32">[], options: SGDOptions) {
    checkOptions("SGD", options, {
      lr: required(nonNegative),
      momentum: below1,
      nesterov: boolean,
      weightDecay: nonNegative,
      noDecay: anything,
    });
    super("SGD", params, options.lr, options.noDecay);
    const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
    if (nesterov && momentum === 0) {
      throw new OptionError("SGD: nesterov needs a momentum; momentum is 0. Set it, e.g. to 0.9.", { momentum });
    }
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.weightDecay = weightDecay;
    this.velocity = momentum > 0 ? this.addMoment("momentum") : null;
  }

  protected move(size: number, table: Tensor, rows: number): void {
    const { lr, momentum, weightDecay, velocity } = this;
    if (velocity) {
      const nesterov = this.nesterov ? 1 : 0;
      parallelFor("sgd_momentum_f32", size, velocity, table, rows, lr, momentum, weightDecay, nesterov);
    } else {
      parallelFor("sgd_f32", size, table, rows, lr, weightDecay);
    }
  }
}
