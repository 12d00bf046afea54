import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SGD } from "../../lib/optim/sgd.ts";
import type { EpochReport } from "../../lib/train/history.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import type { TrainerOptions } from "../../lib/train/trainer_options.ts";
import type { TrainingState } from "../../lib/train/training_state.ts";
import { timeless, weightsOf } from "../support/resumed_run.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("stopping early");

const [TRAIN, VALIDATION] = [stripes(160), stripes(60, 2)];

/** 10 steps per epoch; each takes at least `stepMs`, if one is given. */
function trainer({ stepMs = 0, ...options }: Partial<TrainerOptions> & { stepMs?: number }) {
  const model = stripesModel();
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const onStep: TrainerOptions["onStep"] = (report) => {
    const until = performance.now() + stepMs;
    while (performance.now() < until) {}
    options.onStep?.(report);
  };
  return { model, trainer: new Trainer(model, { optimizer, epochs: 6, batchSize: 16, ...options, onStep }) };
}

test("patience ends the run after that many epochs without a better validation, with the best weights", async () => {
  // Rates of 0 after the second epoch: nothing gets better, nor worse.
  const schedule = (step: number): number => (step < 20 ? 0.05 : 0);
  const byEpoch: string[] = [];
  const { model, trainer: impatient } = trainer({
    ...{ patience: 3, epochs: 50, schedule },
    onEpoch: () => void byEpoch.push(weightsOf(model)),
  });
  const history = await impatient.fit(TRAIN, VALIDATION);
  assert.is(history.best?.epoch, 2);
  assert.is(history.epochs.length, 5);
  assert.is(history.stopped?.why, "no better validation in 3 epochs");
  assert.is(weightsOf(model), byEpoch[1]);
});

test("with a patience of 1 the first epoch that is no better is the last; better ones set the count back", async () => {
  const schedule = (step: number): number => (step < 30 ? 0.01 : 0);
  const history = await trainer({ patience: 1, schedule }).trainer.fit(TRAIN, VALIDATION);
  assert.is(history.best?.epoch, 3);
  assert.is(history.epochs.length, 4);
  assert.is(history.stopped?.why, "no better validation in 1 epoch");
});

test("without patience, and with one that is never used up, all epochs are run", async () => {
  const schedule = (step: number): number => (step < 20 ? 0.05 : 0);
  for (const patience of [undefined, 5]) {
    const history = await trainer({ patience, schedule }).trainer.fit(TRAIN, VALIDATION);
    assert.is(history.epochs.length, 6);
    assert.is(history.stopped, null);
  }
});

test("a run that patience ended does not continue when it is resumed", async () => {
  const schedule = (step: number): number => (step < 20 ? 0.05 : 0);
  const states: TrainingState[] = [];
  const options = { patience: 2, schedule, onCheckpoint: (state: TrainingState) => void states.push(state) };
  const first = trainer(options);
  const history = await first.trainer.fit(TRAIN, VALIDATION);
  const second = trainer({ ...options, onStep: () => assert.unreachable("a step was made") });
  const again = await second.trainer.fit(TRAIN, VALIDATION, { resume: states[states.length - 1] });
  assert.equal(timeless(again), timeless(history));
  assert.is(weightsOf(second.model), weightsOf(first.model));
});

test("maxSeconds ends the run after the step in which it passes, and validates what there is", async () => {
  const steps: string[] = [];
  const reports: EpochReport[] = [];
  const { trainer: hurried } = trainer({
    ...{ maxSeconds: 0.3, stepMs: 20 },
    onStep: ({ epoch, step }) => void steps.push(`${epoch}.${step}`),
    onEpoch: (report) => void reports.push(report),
  });
  const history = await hurried.fit(TRAIN, VALIDATION);
  const [epoch, step] = steps[steps.length - 1].split(".");
  // 15 steps of 20 ms pass 0.3 s; on a busy machine fewer do.
  assert.ok(steps.length <= 15, `${steps.length} steps`);
  const where = step === "10" ? `after epoch ${epoch}` : `after step ${step} of epoch ${epoch}`;
  assert.is(history.stopped?.why, `0.3 s had passed ${where}`);
  assert.equal(history.epochs, reports);
  assert.is(reports[reports.length - 1].epoch, Number(epoch));
  assert.ok(history.best);
});

test("a run that maxSeconds ended resumes where it stood, and ends with the bits of a run without", async () => {
  const whole = trainer({});
  const expected = await whole.trainer.fit(TRAIN, VALIDATION);
  let resume: TrainingState | undefined;
  const onCheckpoint = (state: TrainingState): void => {
    resume = state;
  };
  let halves = 0;
  let seconds = 0;
  for (let maxSeconds = 0.1; ; maxSeconds = seconds + 0.13) {
    const { model, trainer: part } = trainer({ stepMs: 10, onCheckpoint, maxSeconds });
    const history = await part.fit(TRAIN, VALIDATION, { resume });
    halves++;
    if (history.stopped === null) {
      assert.equal(timeless(history), timeless(expected));
      assert.is(weightsOf(model), weightsOf(whole.model));
      break;
    }
    // All halves count.
    assert.ok((resume?.progress.seconds ?? 0) >= maxSeconds);
    seconds = resume?.progress.seconds ?? 0;
  }
  assert.ok(halves > 3, `${halves} halves`);
});

test("counts and times that make no sense are refused", () => {
  for (const patience of [0, 1.5, Number.NaN]) {
    assert.throws(() => trainer({ patience }), /Trainer: patience must be an integer ≥ 1; got/);
  }
  for (const seconds of [-1, Number.NaN]) {
    assert.throws(() => trainer({ maxSeconds: seconds }), /Trainer: maxSeconds must be a number ≥ 0; got/);
    assert.throws(() => trainer({ checkpointSeconds: seconds }), /checkpointSeconds must be a number ≥ 0; got/);
  }
});

test.run();
