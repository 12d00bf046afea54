// Session: one training run after another, each of which can be paused, stepped, stopped, and brought back from what is kept on
// the device. Whatever interrupts a run, it goes on from a state of its trainer, and so to the same bits.

import type { DigitSet, MnistRole } from "../../data/index.ts";
import { encodeCheckpoint, type TrainingState } from "../../lib/index.ts";
import {
  Experiment,
  type ExperimentEvent,
  type ExperimentSpec,
  type Outcome,
  type Recipe,
  trainedMetadata,
  writeCheckpointMetadata,
} from "../../models/index.ts";
import { sentence } from "./format.ts";
import { forget, type KeptRun, keep, kept } from "./kept.ts";
import { Live } from "./live.ts";
import { LossCurve } from "./loss_curve.ts";
import type { GivenDigits, RunCard, TrainingView, TrainOutcome } from "./messages.ts";
import { OwnStore } from "./own_store.ts";
import { recipeOf, SYNTHETIC_LIMIT, type TrainSettings } from "./settings.ts";
import { useThreads } from "./threads.ts";
import { type AllDigits, syntheticSets, type TrainingSets, trainingSets } from "./training_sets.ts";
import type { Turn } from "./turn.ts";

/** Between two pictures of the training. */
const TELL_MS = 250;
/** Between two looks at the network and its curve; looking takes at most so much of the time. */
const LOOK_MS = 500;
const LOOK_SHARE = 0.03;
/** Between two states that are kept. */
const KEEP_SECONDS = 5;

/** To the end; a step at a time; or no further, but tested. */
type Mode = "run" | "step" | "finish";
/** What comes after an interruption. */
type Wish = "pause" | "run" | "step" | "finish" | "discard";

interface Run {
  readonly card: RunCard;
  readonly spec: ExperimentSpec;
  readonly data: TrainingSets;
  readonly losses: LossCurve;
  /** Null before the first step. */
  state: TrainingState | null;
}

/** Where an event comes from. */
interface Place {
  readonly run: Run;
  readonly mode: Mode;
  readonly experiment: Experiment;
  readonly signal: AbortSignal;
}

export class Session {
  private run: Run | null = null;
  /** Of what goes on; null where nothing does. */
  private controller: AbortController | null = null;
  private wish: Wish = "pause";
  /** Of what is trained; null while nothing is. */
  private mode: Mode | null = null;
  /** Lets a stepping run make its next step. */
  private release: (() => void) | null = null;
  /** Whether it has made one since: what was interrupted behind the last step of an epoch is validated first. */
  private hasStepped = false;
  private keeping: Promise<unknown> = Promise.resolve();
  private loading: Promise<void> = Promise.resolve();
  private going: Promise<void> = Promise.resolve();
  private sample: Promise<AllDigits> | null = null;
  private readonly own = new OwnStore();
  private live: Live | null = null;
  private drawing: Uint8Array | null = null;
  private tellDue = 0;
  private lookDue = 0;
  private isKept = true;
  private isWaiting = false;

  /** @param poolUrl the script of a thread; @param loadSample the digits that come with the page; @param turn null: there are no other tabs */
  constructor(
    private readonly poolUrl: string,
    private readonly loadSample: (role: MnistRole) => Promise<DigitSet>,
    private readonly tell: (changes: Partial<TrainingView>) => void,
    private readonly turn: Turn | null = null,
  ) {}

  /** Brings back what was kept: digits that were given, the network trained last, and a run to resume. */
  async restore(): Promise<void> {
    this.tell({ own: await this.own.restore() });
    const last = await kept("trained-network");
    const run = await kept("training-run");
    // Somebody was faster.
    if (this.controller || this.run) return;
    if (run) {
      await this.guarded(async (signal) => {
        const now = await kept("training-run");
        if (now) return this.bringBack(now, signal);
        this.clear(); // another tab has ended it meanwhile
        return null;
      });
    } else if (last) {
      const { outcome, epochs, losses, run: card } = last;
      this.tell({ phase: "done", detail: null, problem: null, outcome, epochs, losses, run: card });
    } else this.tell({ phase: "idle", detail: null, problem: null });
    this.rest();
  }

  /** Digits of the user's own. */
  async give(digits: GivenDigits): Promise<void> {
    this.tell({ ownProblem: null, detail: "Reading" });
    try {
      const onProgress = (done: number, total: number): void =>
        this.tellAtTimes({ detail: `Reading ${done} of ${total}` });
      this.tell({ own: await this.own.take(digits, onProgress), detail: null });
    } catch (error) {
      this.tell({ ownProblem: sentenceOf(error), detail: null });
    }
  }

  async start(settings: TrainSettings, mode: "run" | "step"): Promise<void> {
    // At once: whoever clicks twice means one run.
    if (this.controller) return;
    await this.guarded(async (signal) => {
      this.run = null;
      await forget("training-run");
      this.tell({ run: null, progress: null, epochs: [], losses: [], live: null, outcome: null });
      this.run = await this.prepare(settings, null, signal);
      return mode;
    });
  }

  /** Of a run that is paused: goes on. */
  resume(mode: "run" | "step"): void {
    if (mode === "step" && this.release) this.release();
    else if (this.controller) this.interrupt(mode);
    else if (this.run) this.go(mode);
  }

  /** Stops between two steps; the state is kept. */
  pause(): void {
    this.interrupt("pause");
  }

  /** Ends the run where it is, and tests what it came to. */
  stop(): void {
    if (this.controller) this.interrupt("finish");
    else if (this.run) this.go("finish");
  }

  async discard(): Promise<void> {
    if (this.controller) this.interrupt("discard");
    else await this.drop();
    this.rest();
  }

  /** Keeps the state at once, and goes on. What loads has none yet, and of one that steps, or is stopped, the last is kept already. */
  keepNow(): void {
    if (this.mode === "run" && !this.controller?.signal.aborted) this.interrupt("run");
  }

  show(drawing: Uint8Array | null): void {
    this.drawing = drawing;
    // A run under way looks soon enough.
    if (this.live && (!this.controller || this.release)) this.tell({ live: this.live.look(drawing) });
  }

  /** When nothing is under way any more, and all is kept. */
  async end(): Promise<void> {
    this.interrupt("pause");
    await this.loading;
    await this.going;
    await this.keeping;
  }

  /** Has the tab that has a run keep it and end its turn: it is brought back here. */
  takeOver(): void {
    this.turn?.ask();
  }

  /** Leaves the run to another tab. */
  async giveWay(): Promise<void> {
    await this.end();
    this.turn?.end();
    this.standBack();
  }

  /** Another tab has a run: this one goes on, with what is kept by then, when that has none any more. */
  private standBack(): void {
    this.clear();
    this.tell({ isElsewhere: true });
    if (this.isWaiting) return;
    this.isWaiting = true;
    void this.turn?.wait().then(() => {
      this.isWaiting = false;
      this.tell({ isElsewhere: false });
      return this.restore();
    });
  }

  /** Lets other tabs train where this one has nothing to go on with. */
  private rest(): void {
    if (!this.run && !this.controller) this.turn?.end();
  }

  private interrupt(wish: Wish): void {
    this.wish = wish;
    this.controller?.abort();
    this.release?.();
  }

  private async bringBack({ settings, state, losses }: KeptRun, signal: AbortSignal): Promise<Mode | null> {
    const run = await this.prepare(settings, state, signal);
    for (const point of losses) run.losses.points.push(point);
    const experiment = new Experiment(run.spec, run.data, { resume: state });
    this.run = run;
    this.live = new Live(experiment.model, run.data.validation);
    const { epoch, step, seen, epochSeconds, seconds } = state.progress;
    // Before the first step of an epoch one sees the last of the one before, as whoever was there.
    const isBetween = step === 0 && epoch > 1;
    const place = isBetween ? { epoch: epoch - 1, step: run.card.stepsPerEpoch } : { epoch, step };
    this.tell({
      phase: "paused",
      detail: null,
      progress: { ...place, imagesPerSecond: seen / Math.max(epochSeconds, 1e-6), seconds },
      epochs: state.epochs,
      losses: run.losses.points,
      live: this.live.look(this.drawing),
    });
    return null;
  }

  /** Loads the digits and starts the threads. */
  private async prepare(settings: TrainSettings, state: TrainingState | null, signal: AbortSignal): Promise<Run> {
    const asked = recipeOf(settings);
    if ("problem" in asked) throw new Error(asked.problem);
    const { recipe } = asked;
    const { model, seed, patience } = settings;
    const data = await this.setsOf(settings, recipe, signal);
    signal.throwIfAborted();
    const spec = { model, recipe, seed, patience };
    const stepsPerEpoch = Math.ceil(data.train.size / recipe.batchSize);
    const card: RunCard = {
      settings,
      title: data.title,
      images: { train: data.train.size, validation: data.validation.size, test: data.test.size },
      ...{ epochs: recipe.epochs, stepsPerEpoch, batchSize: recipe.batchSize },
    };
    this.tell({ run: card, machine: await useThreads(model, settings.threads, this.poolUrl) });
    return { card, spec, data, losses: new LossCurve(recipe.epochs * stepsPerEpoch), state };
  }

  private async setsOf(settings: TrainSettings, recipe: Recipe, signal: AbortSignal): Promise<TrainingSets> {
    const { data, seed, validation, limit } = settings;
    const cut = { seed, validation, limit, recipe };
    if (data === "synthetic") {
      this.tell({ detail: "Drawing digits" });
      return syntheticSets({ ...cut, limit: limit ?? SYNTHETIC_LIMIT }, signal);
    }
    this.tell({ detail: "Loading digits" });
    if (data === "own") return trainingSets(await this.own.digits(), cut);
    this.sample ??= this.bothOfSample().catch((error) => {
      this.sample = null;
      throw error;
    });
    return trainingSets(await this.sample, cut);
  }

  private async bothOfSample(): Promise<AllDigits> {
    const [train, test] = await Promise.all([this.loadSample("train"), this.loadSample("test")]);
    return { train, test, dataset: "mnist", title: `MNIST's first ${train.size.toLocaleString("en-GB")}` };
  }

  /** Begins with `work`, and goes on as that says. */
  private guarded(work: (signal: AbortSignal) => Promise<Mode | null>): Promise<void> {
    this.loading = this.guardedFromStart(work);
    return this.loading;
  }

  private async guardedFromStart(work: (signal: AbortSignal) => Promise<Mode | null>): Promise<void> {
    const controller = new AbortController();
    this.controller = controller;
    this.wish = "pause";
    this.tell({ phase: "loading", detail: null, problem: null });
    let next: Mode | null = null;
    try {
      if (this.turn && !(await this.turn.take())) {
        this.controller = null;
        this.standBack();
        return;
      }
      controller.signal.throwIfAborted();
      next = await work(controller.signal);
      controller.signal.throwIfAborted();
      this.controller = null;
    } catch (error) {
      this.controller = null;
      if (!controller.signal.aborted) this.fail(error);
      else if ((this.wish as Wish) === "discard") await this.drop();
      // A run that was kept stays so, for the next visit.
      else this.clear();
    }
    if (next !== null) this.go(next);
    else this.rest();
  }

  private go(mode: Mode): void {
    this.going = this.trainFrom(mode);
  }

  /** Trains until something interrupts it, and then what that wishes for. */
  private async trainFrom(first: Mode): Promise<void> {
    let mode: Mode | null = first;
    while (mode !== null && this.run) {
      const controller = new AbortController();
      this.controller = controller;
      this.wish = "pause";
      this.mode = mode;
      this.hasStepped = false;
      try {
        await this.train(this.run, mode, controller);
        mode = null;
      } catch (error) {
        if (!controller.signal.aborted || error !== controller.signal.reason) {
          mode = null;
          this.fail(error);
        } else mode = await this.interrupted(this.run);
      } finally {
        this.controller = null;
        this.release = null;
        this.mode = null;
      }
    }
    this.rest();
  }

  private async train(run: Run, mode: Mode, controller: AbortController): Promise<void> {
    this.tell({ phase: mode === "finish" ? "testing" : "running", detail: null, problem: null });
    const experiment = new Experiment(run.spec, run.data, {
      resume: run.state ?? undefined,
      checkpointSeconds: mode === "step" ? 0 : KEEP_SECONDS,
      signal: controller.signal,
      // Not a step more: what there is, is tested.
      ...(mode === "finish" ? { maxSeconds: 0 } : {}),
    });
    this.live = new Live(experiment.model, run.data.validation);
    await experiment.run((event) => this.take(event, { run, mode, experiment, signal: controller.signal }));
  }

  private async take(event: ExperimentEvent, at: Place): Promise<void> {
    const { run, mode, signal } = at;
    switch (event.kind) {
      case "start":
        this.tell({ epochs: event.history.epochs });
        break;
      case "step": {
        this.hasStepped = true;
        const { epoch, step, samplesPerSecond } = event.report;
        run.losses.add(event.report);
        const progress = { epoch, step, imagesPerSecond: samplesPerSecond, seconds: event.seconds };
        // The last of an epoch is seen for as long as its validation takes.
        if (step === run.card.stepsPerEpoch) this.tellDue = 0;
        this.tellAtTimes({ progress });
        if (performance.now() >= this.lookDue) this.look();
        if (mode === "step") this.tellDue = 0;
        break;
      }
      case "epoch":
        this.tell({ epochs: event.history.epochs });
        this.look();
        // Whatever comes next: a step, or the test.
        this.tellDue = 0;
        break;
      case "state":
        run.state = event.state;
        this.keepRun(run);
        if (mode === "step" && this.hasStepped) {
          // Who sees that it is paused may close the page.
          await this.keeping;
          if (!signal.aborted) await this.waitForStep();
        }
        break;
      case "test":
        this.tellAtTimes({ phase: "testing", detail: `${event.done} of ${event.total} test images` });
        break;
      case "end":
        await this.ended(event.outcome, at);
        break;
    }
  }

  private async waitForStep(): Promise<void> {
    this.look();
    this.tell({ phase: "paused" });
    await new Promise<void>((resolve) => {
      this.release = resolve;
    });
    this.release = null;
    this.hasStepped = false;
    this.tell({ phase: "running" });
  }

  /** @returns what comes next */
  private async interrupted(run: Run): Promise<Mode | null> {
    await this.keeping;
    // Meanwhile somebody may have wished for something else.
    const { wish } = this;
    if (wish === "discard" || (run.state === null && wish !== "run" && wish !== "step")) {
      await this.drop();
      return null;
    }
    if (wish !== "pause") return wish;
    this.tell({ phase: "paused", detail: null, losses: run.losses.points });
    return null;
  }

  private async ended(outcome: Outcome, { run, experiment, mode }: Place): Promise<void> {
    const { history, test, seconds, parameters, weightsSha256, calibration } = outcome;
    const { spec, data } = run;
    const { evaluation } = test;
    const metadata = trainedMetadata({
      ...{ spec, data, dataset: data.dataset, trainedOn: data.title },
      ...{ kept: history.kept, testAccuracy: evaluation.accuracy, calibration },
    });
    const trained: TrainOutcome = {
      model: spec.model,
      testAccuracy: evaluation.accuracy,
      testImages: data.test.size,
      confusion: evaluation.confusion,
      epoch: history.kept?.epoch ?? null,
      stopped: mode === "finish" ? stoppedAt(run) : (history.stopped?.why ?? null),
      ...{ seconds, parameters, weightsSha256 },
      weights: encodeCheckpoint(experiment.model, writeCheckpointMetadata(metadata)),
    };
    const { epochs } = history;
    this.look();
    this.tell({ phase: "done", detail: null, epochs, losses: run.losses.points, outcome: trained });
    this.run = null;
    await this.keeping;
    this.noteKept(
      await keep("trained-network", { run: run.card, outcome: trained, epochs, losses: run.losses.points }),
    );
    await forget("training-run");
  }

  private keepRun({ card: { settings }, state, losses }: Run): void {
    if (!state) return;
    this.keeping = keep("training-run", { settings, state, losses: losses.points }).then((isKept) =>
      this.noteKept(isKept),
    );
  }

  private noteKept(isKept: boolean): void {
    if (isKept !== this.isKept) this.tell({ isKept });
    this.isKept = isKept;
  }

  /** Of something that has gone wrong; a run of which a state was kept can be brought back. */
  private fail(error: unknown): void {
    this.run = null;
    this.tell({ phase: "failed", detail: null, problem: sentenceOf(error) });
  }

  /** Forgets the run. */
  private async drop(): Promise<void> {
    this.run = this.live = null;
    await this.keeping;
    await forget("training-run");
    this.clear();
  }

  private clear(): void {
    this.run = this.live = null;
    this.tell({
      phase: "idle",
      detail: null,
      problem: null,
      run: null,
      progress: null,
      epochs: [],
      losses: [],
      live: null,
    });
  }

  private look(): void {
    const started = performance.now();
    this.tell({ live: this.live?.look(this.drawing) ?? null, losses: this.run?.losses.points ?? [] });
    const now = performance.now();
    this.lookDue = now + Math.max(LOOK_MS, (now - started) / LOOK_SHARE);
  }

  /** Not more often than can be seen: what is left out comes with the next. */
  private tellAtTimes(changes: Partial<TrainingView>): void {
    if (performance.now() < this.tellDue) return;
    this.tellDue = performance.now() + TELL_MS;
    this.tell(changes);
  }
}

function stoppedAt({ state }: Run): string {
  const { epoch, step } = state?.progress ?? { epoch: 1, step: 0 };
  return step > 0 ? `stopped after step ${step} of epoch ${epoch}` : `stopped after epoch ${epoch - 1}`;
}

/** Without the function that noticed it: "Trainer: the loss became NaN …". */
function sentenceOf(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/^\w+: /, "");
  // A file's name is as it is.
  return /^[a-z]+[ ,;:]/.test(message) ? sentence(message) : message;
}
