// @internal What changes while a run goes on, and nothing else: so this is what its state is made of, and what a
// resumed run starts from.

import { CheckpointError } from "../base/errors.ts";
import { loadStateDict, stateDict } from "../formats/checkpoint.ts";
import type { StoredTensor } from "../formats/safetensors.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Averaging } from "./averaging.ts";
import { type History, historyOf } from "./history.ts";
import { Stopwatch } from "./stopwatch.ts";
import { copyTensors, loadStored, prefixed, withPrefix } from "./stored_tensors.ts";
import type { TrainingState } from "./training_state.ts";

type Setup = Readonly<Record<string, unknown>>;

export class TrainingRun {
  readonly history: History = { epochs: [], best: null, kept: null, stopped: null };
  /** The epoch under way, from 1, and its steps that are done. */
  epoch = 1;
  step = 0;
  /** Over these steps: images, Σ loss, and how many were read correctly. */
  seen = 0;
  lossSum = 0;
  right = 0;
  watch = new Stopwatch();
  epochWatch = new Stopwatch();
  private best: Readonly<Record<string, StoredTensor>> | null = null;

  constructor(
    private readonly model: Module,
    private readonly optimizer: Optimizer,
    readonly averaging: Averaging | null = null,
  ) {}

  get hasBegun(): boolean {
    return this.step > 0 || this.epoch > 1;
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
    if (this.best) loadStateDict(this.model, this.best, "the best epoch");
  }

  /** A copy of all of it; where the model holds an average, of the weights behind it. */
  state(setup: Setup): TrainingState {
    return this.averaging ? this.averaging.outside(() => this.copy(setup)) : this.copy(setup);
  }

  private copy(setup: Setup): TrainingState {
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
        ...prefixed("average", copyTensors(this.averaging?.ema.state() ?? {})),
      },
    };
  }

  /**
   * Goes on from a state: all of it fits, or nothing changes.
   *
   * @throws {CheckpointError} it is another setup's, or its tensors do not fit model or optimizer
   */
  load({ setup, progress, epochs, tensors }: TrainingState, own: Setup): void {
    checkSetup(setup, own);
    const best = withPrefix("best", tensors);
    const before = { model: stateDict(this.model), optimizer: copyTensors(this.optimizer.state()) };
    try {
      // The best first: whether it fits is known once it was in the model.
      if (Object.keys(best).length > 0) loadStateDict(this.model, best, "the state's best epoch");
      loadStateDict(this.model, withPrefix("model", tensors), "the state");
      loadStored(this.optimizer, withPrefix("optimizer", tensors));
      if (this.averaging) loadStored(this.averaging.ema, withPrefix("average", tensors));
    } catch (error) {
      loadStateDict(this.model, before.model, "the model");
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
}

/** @throws {CheckpointError} with the first thing that differs */
function checkSetup(theirs: Setup, ours: Setup): void {
  // What a state of an earlier version does not name, it had not.
  const text = (setup: Setup, name: string): string => JSON.stringify(setup[name] ?? null);
  const differs = (name: string): boolean => text(theirs, name) !== text(ours, name);
  const name = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].find(differs);
  if (name === undefined) return;
  const values = `${text(theirs, name)} in the state but ${text(ours, name)} here`;
  const advice =
    name === "kernels"
      ? "These round otherwise: resume where the run began, or where runtimeInfo().arithmetic says the same."
      : "Resume with what the run began with.";
  throw new CheckpointError(`fit: cannot resume: ${name} is ${values}. ${advice}`, {
    name,
    state: theirs[name],
    here: ours[name],
  });
}
