// LossCurve: the losses of a run's steps, as means over a few steps each where there are more than a picture can show.

import type { StepReport } from "../../lib/index.ts";
import type { StepPoint } from "../../lib/plot/index.ts";

const MOST_POINTS = 400;

export class LossCurve {
  readonly points: StepPoint[];
  private readonly window: number;
  private sum = 0;
  private count = 0;

  /** @param kept those of the run's earlier part */
  constructor(totalSteps: number, kept: readonly StepPoint[] = []) {
    this.window = Math.max(1, Math.ceil(totalSteps / MOST_POINTS));
    this.points = [...kept];
  }

  add({ epoch, step, stepsPerEpoch, loss, learningRate }: StepReport): void {
    this.sum += loss;
    this.count++;
    // Always after the same steps of the run, wherever it was interrupted.
    if (((epoch - 1) * stepsPerEpoch + step) % this.window !== 0) return;
    this.points.push({ epoch, step, stepsPerEpoch, loss: this.sum / this.count, learningRate });
    this.sum = this.count = 0;
  }
}
