// @internal Training with averaged weights: what is validated, kept and handed out is their exponential moving average
// (EMA), while the optimizer moves the weights themselves.

import type { AnyDataset } from "../data/dataset.ts";
import type { Module } from "../nn/module.ts";
import { Ema } from "../optim/ema.ts";
import { runStepsAsync } from "../runtime/steps.ts";
import { recalibrateSteps } from "./recalibrate.ts";

export interface WeightAverageOptions {
  /** How much of the average each step keeps, in [0, 1). */
  decay: number;
  /** Training samples from which BatchNorm's statistics are recomputed for the average; default 5000. */
  calibration?: number;
}

export class WeightAverage {
  readonly ema: Ema;
  private readonly calibration: number;
  private readonly buffers: { data: { set(values: ArrayLike<number>): void; slice(): ArrayLike<number> } }[];
  private kept: ArrayLike<number>[] | null = null;

  constructor(
    private readonly model: Module,
    { decay, calibration = 5000 }: WeightAverageOptions,
  ) {
    this.ema = new Ema(model.parameters(), { decay });
    this.calibration = calibration;
    this.buffers = model.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Puts the averaged weights, and running statistics that fit them, into the model. */
  async enter(train: AnyDataset, batchSize: number, signal?: AbortSignal): Promise<void> {
    this.kept = this.buffers.map(({ data }) => data.slice());
    this.ema.swap();
    const batches = train.take(this.calibration).batches({ batchSize });
    await runStepsAsync(recalibrateSteps(this.model, batches), { signal });
  }

  /** What `work` finds, with the weights that are trained in the model, wherever they are now. */
  outside<T>(work: () => T): T {
    if (!this.kept) return work();
    this.exchange();
    try {
      return work();
    } finally {
      this.exchange();
    }
  }

  /** Puts the weights that are trained back into the model, unless they are in it. */
  leave(): void {
    this.exchange();
    this.kept = null;
  }

  get hasEntered(): boolean {
    return this.kept !== null;
  }

  private exchange(): void {
    const { kept } = this;
    if (!kept) return;
    this.ema.swap();
    this.buffers.forEach(({ data }, i) => {
      const held = data.slice();
      data.set(kept[i]);
      kept[i] = held;
    });
  }
}
