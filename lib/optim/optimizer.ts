// What optimizers have in common: parameters, a learning rate, a count of steps, and state to resume from.

import { check, nonNegative } from "../base/check.ts";
import { INSPECT } from "../base/inspect.ts";
import { zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkParameters } from "./check_parameters.ts";
import { describeOptimizer } from "./describe_optimizer.ts";
import { loadTensors } from "./load_tensors.ts";
import { parameterTable, totalSize } from "./parameter_table.ts";

type Parameter = Tensor<"f32">;

/** What Trainer drives, and so what a user's optimizer must offer. */
export interface Optimizer {
  /** The learning rate; a schedule sets it before each step. */
  lr: number;
  /** Moves every parameter that has a gradient. */
  step(): void;
  /** Drops the gradients; the next `backward()` makes new ones. */
  zeroGrad(): void;
  /** Everything that a resumed run needs beside the parameters: live tensors, not copies. */
  state(): Record<string, Tensor>;
  /** Takes over what `state()` gave, by copying it. */
  loadState(state: Readonly<Record<string, Tensor>>): void;
}

/**
 * @internal Drops the gradients, as PyTorch 2 does: no pass to fill with zeros, none to add to them, and a parameter
 * that the loss no longer reaches is left alone rather than decayed.
 */
export function dropGradients(params: readonly Parameter[]): void {
  for (const parameter of params) {
    parameter.grad?.dispose();
    parameter.grad = null;
  }
}

/** The base of SGD, Adam and AdamW. */
export abstract class StatefulOptimizer implements Optimizer {
  /** @internal */
  readonly params: readonly Parameter[];
  private readonly noDecay: ReadonlySet<Parameter>;
  private readonly size: number;
  private readonly steps = zeros([], "i32").keep();
  /** Each a moment of all parameters, one behind another in one tensor. */
  private readonly moments: Record<string, Parameter> = {};
  private rate = 0;

  protected constructor(
    private readonly name: string,
    params: readonly Parameter[],
    lr: number,
    noDecay: readonly Parameter[] = [],
  ) {
    checkParameters(name, params, noDecay);
    this.params = [...params];
    this.noDecay = new Set(noDecay);
    this.size = totalSize(params);
    this.lr = lr;
  }

  get lr(): number {
    return this.rate;
  }

  /** @throws {OptionError} not a finite number ≥ 0 */
  set lr(value: number) {
    check(this.name, "lr", value, nonNegative);
    this.rate = value;
  }

  step(): void {
    const table = parameterTable(this.name, this.params, this.noDecay);
    this.steps.data[0]++;
    this.beginStep();
    this.move(this.size, table, table.shape[0]);
    table.dispose();
    for (const parameter of this.params) if (parameter.grad) parameter.markWritten();
    for (const moment of Object.values(this.moments)) moment.markWritten();
  }

  zeroGrad(): void {
    dropGradients(this.params);
  }

  state(): Record<string, Tensor> {
    return { step: this.steps, ...this.moments };
  }

  /** @throws {CheckpointError} a tensor is missing, unknown, or of another shape or dtype */
  loadState(state: Readonly<Record<string, Tensor>>): void {
    loadTensors(this.name, this.state(), state);
    this.resume(this.steps.item());
  }

  /** @internal */
  [INSPECT](): string {
    return describeOptimizer(this.name, this.lr, this.params);
  }

  /** A moment that starts at zero: one number for each element of the parameters, which lie one behind another. */
  protected addMoment(name: string): Parameter {
    const moment = zeros([this.size]).keep();
    this.moments[name] = moment;
    return moment;
  }

  /** Called once a step, before any parameter moves. */
  protected beginStep(): void {}

  /** Called when a state was loaded that had taken `steps` steps. */
  protected resume(_steps: number): void {}

  /**
   * Moves every parameter that has a gradient.
   *
   * @param size  elements of all parameters: the range of the kernel
   * @param table where they lie: kernels/shared/parameters.ts
   */
  protected abstract move(size: number, table: Tensor, rows: number): void;
}
