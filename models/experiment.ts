// Experiment: one network trained as a recipe has it, and tested. What happens comes out as events; where they are shown
// or kept is the caller's business.

import {
  abortSignal,
  anything,
  callback,
  check,
  checkFields,
  checkOptions,
  integer,
  object,
  type Rule,
  required,
} from "../lib/base/check.ts";
import { printableName } from "../lib/base/printable.ts";
import {
  Adam,
  AdamW,
  CheckpointError,
  constantLr,
  cosineLr,
  countParameters,
  Dataset,
  type EpochReport,
  type Evaluation,
  evaluationOf,
  type History,
  historyOf,
  type Module,
  Muon,
  type Optimizer,
  oneCycleLr,
  predictAsync,
  type Schedule,
  type Sequential,
  SGD,
  type StepReport,
  stepLr,
  type Tensor,
  Trainer,
  type TrainingState,
  weightsDigest,
} from "../lib/index.ts";
import { checkModule } from "../lib/nn/module.ts";
import { type Calibration, calibrate } from "./calibrate.ts";
import { isStill, RECIPE_RULES, type Recipe } from "./recipe.ts";
import { MODEL, type ModelName, networkOf } from "./table.ts";

/** All that decides the weights, but for the data. */
export interface ExperimentSpec {
  model: ModelName;
  recipe: Recipe;
  /** Of initial weights, order of images, dropout and distortions. */
  seed: number;
  /** Stops after this many epochs without a better validation; null: never. */
  patience: number | null;
}

export interface ExperimentData {
  train: Dataset;
  validation: Dataset;
  /** Read once, at the end. */
  test: Dataset;
}

export interface ExperimentOptions {
  /** Where an earlier part of the run stood. */
  resume?: TrainingState;
  /** Stops training after this time, all parts of the run counted, and tests what there is. */
  maxSeconds?: number;
  /** Seconds between two states within an epoch. */
  checkpointSeconds?: number;
  signal?: AbortSignal;
}

/** What the network reads in the test images. */
export interface TestResult {
  evaluation: Evaluation;
  /** [images, classes]; freed when the run has ended. */
  logits: Tensor<"f32">;
}

/** What a run came to. */
export interface Outcome {
  history: History;
  test: TestResult;
  /** Of all parts of the run. */
  seconds: number;
  parameters: number;
  weightsSha256: string;
  /** What the validation images say of the network's confidence; null where they are too few. */
  calibration: Calibration | null;
}

/**
 * `start` comes first, then for each epoch its `step`s, its `epoch` and a `state`; more states come within an epoch, `test` while the
 * test images are read. One of the others is the last.
 */
export type ExperimentEvent =
  | { kind: "start"; history: History }
  | { kind: "step"; report: StepReport; seconds: number }
  /** The model holds the weights of this epoch. */
  | { kind: "epoch"; report: EpochReport; history: History }
  /** All that `resume` needs. */
  | { kind: "state"; state: TrainingState }
  | { kind: "test"; done: number; total: number }
  /** The model holds the weights that were tested. */
  | { kind: "end"; outcome: Outcome }
  /** The signal stopped it; a `state` came before, if a step was made. */
  | { kind: "interrupted"; history: History }
  | { kind: "failed"; history: History; error: unknown };

export class Experiment {
  /** The network, as it is now. */
  readonly model: Sequential;
  readonly stepsPerEpoch: number;

  /**
   * @throws {OptionError} a part of spec, data or options that is missing, of another kind or of another name
   * @throws {CheckpointError} no run of this spec and these data comes to the state to resume from
   */
  constructor(
    readonly spec: ExperimentSpec,
    readonly data: ExperimentData,
    private readonly options: ExperimentOptions = {},
  ) {
    // A run's spec may say more than an experiment asks for.
    const parts = { model: required(MODEL), recipe: required(object), seed: required(integer(0)) };
    checkFields("Experiment", "spec", spec, parts);
    checkOptions("Experiment", options, {
      resume: object,
      maxSeconds: anything,
      checkpointSeconds: anything,
      signal: abortSignal,
    });
    checkFields("Experiment", "spec.recipe", spec.recipe, RECIPE_RULES);
    const set = required({ says: "a Dataset", holds: (value) => value instanceof Dataset });
    checkFields("Experiment", "data", data, { train: set, validation: set, test: set });
    const { model, recipe, seed } = spec;
    this.model = networkOf(model).build({ seed, dropout: recipe.dropout ?? undefined });
    this.stepsPerEpoch = Math.ceil(data.train.size / recipe.batchSize);
    if (options.resume) this.checkState(options.resume);
  }

  /**
   * Before anybody is told of a start. What a state says, and that its numbers are finite, its trainer checks; here, that
   * its tensors are of the types that these networks have, and count the steps that it says were made.
   */
  private checkState(state: TrainingState): void {
    this.trainer(new Teller(() => {}), () => 0).load(state, this.data.train, this.data.validation);
    const { epoch, step } = state.progress;
    const steps = (epoch - 1) * this.stepsPerEpoch + step;
    for (const [name, { dtype, data }] of Object.entries(state.tensors)) {
      const isCount = name === "optimizer.step" || name === "average.updates";
      const wrongCount = isCount ? [...data].find((value) => Number(value) !== steps) : undefined;
      const wrong = ["F32", "I32", "I64"].includes(dtype) ? wrongCount : dtype;
      if (wrong === undefined) continue;
      const problem = `${printableName(name)} holds ${wrong}, which it cannot after ${steps} steps`;
      throw new CheckpointError(`Experiment: cannot resume: ${problem}. Use another state.`, { name });
    }
  }

  /**
   * Trains and tests.
   *
   * @param onEvent is waited for, but at `step` and `test`, which come too often; what it throws ends the run
   * @throws what ended it, after the event that says so: the signal's reason, or an error. What `start` throws is no
   *   event, since nothing has begun then
   */
  async run(onEvent: (event: ExperimentEvent) => void | Promise<void>): Promise<Outcome> {
    check("run", "onEvent", onEvent, callback);
    const { resume, signal } = this.options;
    const begun = performance.now();
    const before = resume?.progress.seconds ?? 0;
    const seconds = (): number => before + (performance.now() - begun) / 1000;
    const tell = new Teller(onEvent);
    const trainer = this.trainer(tell, seconds);
    await tell.now({ kind: "start", history: trainer.history });
    try {
      const { train, validation } = this.data;
      const history = await trainer.fit(train, validation, { resume });
      // The class that it reads stays what it was; what it is sure of, the test tells already.
      const calibration = await calibrate(this.model, train, validation, signal);
      const test = await this.test(tell);
      const [parameters, weightsSha256] = [countParameters(this.model), weightsDigest(this.model)];
      const outcome: Outcome = { history, test, seconds: seconds(), parameters, weightsSha256, calibration };
      try {
        await tell.now({ kind: "end", outcome });
      } finally {
        test.logits.dispose();
      }
      return outcome;
    } catch (error) {
      const { history } = trainer;
      const isInterrupted = signal?.aborted === true && error === signal.reason;
      await tell.last(isInterrupted ? { kind: "interrupted", history } : { kind: "failed", history, error });
      throw error;
    }
  }

  private trainer(tell: Teller, seconds: () => number): Trainer {
    const { recipe, seed, patience } = this.spec;
    const { resume, maxSeconds, checkpointSeconds, signal } = this.options;
    const restoreBest = recipe.keep === "best";
    const trainer: Trainer = new Trainer(this.model, {
      optimizer: makeOptimizer(this.model, recipe),
      schedule: makeSchedule(recipe, recipe.epochs * this.stepsPerEpoch),
      epochs: recipe.epochs,
      batchSize: recipe.batchSize,
      seed,
      labelSmoothing: recipe.labelSmoothing,
      augment: isStill(recipe.augment) ? undefined : recipe.augment,
      cooldown: recipe.cooldown,
      average: recipe.average > 0 ? { decay: recipe.average } : undefined,
      restoreBest,
      patience: patience ?? undefined,
      maxSeconds,
      checkpointSeconds,
      signal,
      onStep: (report) => tell.inPassing({ kind: "step", report, seconds: seconds() }),
      onEpoch: (report) => tell.now({ kind: "epoch", report, history: trainer.history }),
      onCheckpoint: (state) => tell.now({ kind: "state", state }),
    });
    if (resume) trainer.history = historyOf(resume.epochs, { restoreBest });
    return trainer;
  }

  private async test(tell: Teller): Promise<TestResult> {
    const { test } = this.data;
    const logits = await predictAsync(this.model, test, {
      signal: this.options.signal,
      onProgress: (done, total) => tell.inPassing({ kind: "test", done, total }),
    });
    return { evaluation: evaluationOf(logits, test.labels), logits };
  }
}

/** Tells the listener what happens. Steps do not wait for its answer, but end the run if it fails. */
class Teller {
  private failure: { error: unknown } | null = null;

  constructor(private readonly onEvent: (event: ExperimentEvent) => void | Promise<void>) {}

  async now(event: ExperimentEvent): Promise<void> {
    this.checkAnswers();
    await this.onEvent(event);
  }

  /** How it ended, whatever became of answers to steps. */
  async last(event: ExperimentEvent): Promise<void> {
    await this.onEvent(event);
  }

  inPassing(event: ExperimentEvent): void {
    this.checkAnswers();
    const answer = this.onEvent(event);
    answer?.catch((error: unknown) => {
      this.failure ??= { error };
    });
  }

  private checkAnswers(): void {
    const { failure } = this;
    this.failure = null;
    if (failure) throw failure.error;
  }
}

/** A recipe's optimizer. */
export function makeOptimizer(model: Module, recipe: Recipe): Optimizer {
  checkFields("makeOptimizer", "recipe", recipe, requiring("optimizer", "lr", "weightDecay", "decay"));
  const { optimizer, lr, momentum, betas, weightDecay, decay } = recipe;
  checkModule("makeOptimizer", "model", model);
  const parameters = model.parameters();
  const noDecay = decay === "all" ? [] : parameters.filter(({ shape }) => shape.length < 2);
  if (optimizer === "sgd") return new SGD(parameters, { lr, momentum: momentum ?? 0, weightDecay, noDecay });
  const options = { lr, betas: betas ?? undefined, weightDecay, noDecay };
  if (optimizer === "muon") {
    // The last layer's columns are the classes', which are not to be made alike.
    const matrices = parameters.filter(({ shape }) => shape.length > 1).slice(0, -1);
    return new Muon(parameters, { ...options, matrices, momentum: momentum ?? undefined });
  }
  return new (optimizer === "adam" ? Adam : AdamW)(parameters, options);
}

/** The recipe's rules, of which some must be there. */
function requiring(...names: (keyof Recipe)[]): Record<string, Rule> {
  return { ...RECIPE_RULES, ...Object.fromEntries(names.map((name) => [name, required(RECIPE_RULES[name])])) };
}

/** The step schedule divides by ten after each third of the run. */
const STEPS_IN_RUN = 3;

/** A recipe's learning rate over the run. */
export function makeSchedule(recipe: Recipe, totalSteps: number): Schedule {
  checkFields("makeSchedule", "recipe", recipe, requiring("schedule", "lr"));
  check("makeSchedule", "totalSteps", totalSteps, integer(1));
  const { schedule, lr, warmup, minLr } = recipe;
  if (schedule === "constant") return constantLr({ lr });
  if (schedule === "step") return stepLr({ lr, every: Math.ceil(totalSteps / STEPS_IN_RUN) });
  if (schedule === "cosine") {
    return cosineLr({ lr, totalSteps, warmupSteps: Math.floor((warmup ?? 0) * totalSteps), minLr: minLr ?? 0 });
  }
  return oneCycleLr({ maxLr: lr, totalSteps, pctStart: warmup ?? undefined });
}
