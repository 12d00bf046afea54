// @internal What changes during a run, and nothing else: so this is what its state is made of, and what a resumed run
// starts from.

import { CheckpointError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { putState, stateDict } from "../formats/checkpoint.ts";
import type { StoredTensor } from "../formats/safetensors.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type History, historyOf } from "./history.ts";
import { Stopwatch } from "./stopwatch.ts";
import { copyTensors, loadStored, prefixed, withPrefix } from "./stored_tensors.ts";
import { checkSetup, type TrainingSetup } from "./training_setup.ts";
import { isProgress, type TrainingState } from "./training_state.ts";
import type { WeightAverage } from "./weight_average.ts";

export class TrainingRun {
  readonly history: History = { epochs: [], best: null, kept: null, stopped: null };
  /** The epoch under way, from 1, and its steps that are done. */
  epoch = 1;
  step = 0;
  /** Over these steps: samples, Σ loss, and how many got their label. */
  seen = 0;
  lossSum = 0;
  right = 0;
  watch = new Stopwatch();
  epochWatch = new Stopwatch();
  private best: Readonly<Record<string, StoredTensor>> | null = null;

  constructor(
    private readonly model: Module,
    private readonly optimizer: Optimizer,
    readonly average: WeightAverage | null = null,
  ) {}

  get hasBegun(): boolean {
    return this.step > 0 || this.epoch > 1;
  }

  /** Of this epoch; finite even where the clock is too coarse to see it, as a page's may be by 0.1 s. */
  get samplesPerSecond(): number {
    return this.seen / Math.max(this.epochWatch.seconds, 1e-6);
  }

  beginEpoch(epoch: number): void {
    this.epoch = epoch;
    this.step = this.seen = this.lossSum = this.right = 0;
    this.epochWatch = new Stopwatch();
  }

  /** The model, as it is now, is the best so far. */
  keepBest(): void {
    this.best = stateDict(this.model);
  }

  /** Puts the best epoch's weights and running statistics back, if they were kept. */
  restoreBest(): void {
    if (this.best) putState({ op: "fit", source: "the best epoch" }, this.model, this.best);
  }

  /** A copy of all of it; where the model holds an average, of the weights behind it. */
  state(setup: TrainingSetup): TrainingState {
    return this.average ? this.average.outside(() => this.copy(setup)) : this.copy(setup);
  }

  private copy(setup: TrainingSetup): TrainingState {
    const { epoch, step, seen, lossSum, right, model, optimizer, best } = this;
    const epochSeconds = this.epochWatch.seconds;
    const seconds = this.watch.seconds;
    const { lr: learningRate } = optimizer;
    return {
      setup,
      progress: { epoch, step, seen, lossSum, right, epochSeconds, seconds, learningRate },
      epochs: [...this.history.epochs],
      tensors: {
        ...prefixed("model", stateDict(model)),
        ...prefixed("best", best ?? {}),
        ...prefixed("optimizer", copyTensors(optimizer.state())),
        ...prefixed("average", copyTensors(this.average?.ema.state() ?? {})),
      },
    };
  }

  /**
   * Takes a state over: all of it fits, or nothing changes.
   *
   * @throws {CheckpointError} it is another setup's, no run of this one comes to it, its tensors do not fit model or
   *   optimizer, or they are not finite
   */
  load(state: TrainingState, own: TrainingSetup): void {
    const { setup, progress, epochs, tensors } = state;
    checkSetup(setup, own);
    checkProgress(state, own, this.average !== null);
    const best = withPrefix("best", tensors);
    const before = { model: stateDict(this.model), optimizer: copyTensors(this.optimizer.state()) };
    try {
      // The best first: whether it fits is known once it was in the model.
      if (Object.keys(best).length > 0) this.putFinite("the state's best epoch", best);
      this.putFinite("the state", withPrefix("model", tensors));
      loadStored(this.optimizer, withPrefix("optimizer", tensors));
      if (this.average) loadStored(this.average.ema, withPrefix("average", tensors));
    } catch (error) {
      putState({ op: "fit", source: "the model" }, this.model, before.model);
      loadStored(this.optimizer, before.optimizer);
      throw error;
    }
    const { epoch, step, seen, lossSum, right, epochSeconds, seconds, learningRate } = progress;
    Object.assign(this, { epoch, step, seen, lossSum, right });
    this.epochWatch = new Stopwatch(epochSeconds);
    this.watch = new Stopwatch(seconds);
    this.optimizer.lr = learningRate;
    this.best = Object.keys(best).length > 0 ? best : null;
    Object.assign(this.history, historyOf(epochs, { restoreBest: own.restoreBest !== false }));
  }

  private putFinite(source: string, tensors: Readonly<Record<string, StoredTensor>>): void {
    const { model } = this;
    putState({ op: "fit", source }, model, tensors);
    for (const [name, { values }] of [...model.namedParameters(), ...model.namedBuffers()]) {
      const wrong = values.find((value) => !Number.isFinite(value));
      if (wrong === undefined) continue;
      throw new CheckpointError(`fit: ${name} of ${source} holds ${wrong}, as after no step. Use another state.`, {
        name,
      });
    }
  }
}

/** Anybody may have made the state, and signed it. */
function checkProgress({ progress, epochs, tensors }: TrainingState, own: TrainingSetup, hasAverage: boolean): void {
  const {
    epochs: planned,
    batchSize,
    trainingSet,
    restoreBest,
  } = own as {
    epochs: number;
    batchSize: number;
    trainingSet: { size: number };
    restoreBest: boolean;
  };
  const steps = Math.ceil(trainingSet.size / batchSize);
  const parts = new Set(Object.keys(tensors).map((name) => name.split(".", 1)[0]));
  const isPossible =
    isProgress(progress, epochs) &&
    progress.epoch <= planned + 1 &&
    progress.step <= (progress.epoch > planned ? 0 : steps) &&
    progress.seen === Math.min(progress.step * batchSize, trainingSet.size) &&
    parts.has("best") === (restoreBest && epochs.length > 0) &&
    parts.has("average") === hasAverage &&
    [...parts].every((part) => ["model", "best", "optimizer", "average"].includes(part));
  if (isPossible) return;
  throw new CheckpointError(
    `fit: cannot resume: no run of ${planned} epochs of ${steps} steps comes to ${printable(progress)}, after ${epochs.length} epochs ` +
      `with ${printable([...parts])}.`,
    { progress },
  );
}
