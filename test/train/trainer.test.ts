import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import type { Module } from "../../lib/nn/module.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { evaluate } from "../../lib/train/evaluate.ts";
import type { EpochReport, History } from "../../lib/train/history.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import type { TrainerOptions } from "../../lib/train/trainer_options.ts";
import { overfits } from "../support/overfits.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("Trainer");

const [TRAIN, VALIDATION] = [stripes(400), stripes(100, 2)];

type Options = Partial<TrainerOptions> & { lr?: number };

function fit(model: Module, { lr = 0.1, ...options }: Options = {}): Promise<History> {
  const optimizer = new SGD(model.parameters(), { lr, momentum: 0.9 });
  return new Trainer(model, { optimizer, epochs: 3, batchSize: 16, ...options }).fit(TRAIN, VALIDATION);
}

function withDropout(seed = 0): Sequential {
  return new Sequential({ flatten: new Flatten(), drop: new Dropout(0.3), fc: new Linear(16, 4) }, { seed });
}

const weights = (model: Module): string => model.parameters().map((p) => p.data.join()).join(); // biome-ignore format: one line

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error("it was fulfilled");
    },
    (error) => error,
  );
}

test("a model learns a batch by heart", () => {
  for (const batch of stripes(12).batches({ batchSize: 12 })) {
    assert.ok(overfits(stripesModel(), batch, { lr: 0.1 }) < 0.01);
  }
});

test("it learns, and its history says how", async () => {
  const model = stripesModel();
  const epochs: EpochReport[] = [];
  const history = await fit(model, { onEpoch: (report) => void epochs.push(report) });
  assert.equal(history.epochs, epochs);
  assert.equal(
    epochs.map(({ epoch }) => epoch),
    [1, 2, 3],
  );
  const last = epochs[2];
  assert.ok(last.validationAccuracy > 0.97, `validation accuracy ${last.validationAccuracy}`);
  assert.ok(last.trainAccuracy > 0.97 && last.trainLoss < epochs[0].trainLoss);
  assert.is(last.learningRate, 0.1);
  assert.ok(last.seconds > 0 && last.samplesPerSecond > 400 / last.seconds);
});

test("the reported validation is what evaluate() gives for the model afterwards", async () => {
  const model = stripesModel();
  const { best } = await fit(model);
  const { accuracy, loss } = evaluate(model, VALIDATION);
  assert.is(accuracy, best?.validationAccuracy);
  assert.ok(Math.abs(loss - (best?.validationLoss ?? 0)) < 1e-6);
});

test("the same seed gives the same weights, bit for bit", async () => {
  const [a, b] = [withDropout(), withDropout()];
  await fit(a, { seed: 7 });
  await fit(b, { seed: 7 });
  assert.is(weights(a), weights(b));
});

test("another seed shuffles and drops differently", async () => {
  const [a, b, c] = [stripesModel(), stripesModel(), withDropout()];
  await fit(a, { seed: 7 });
  await fit(b, { seed: 8 });
  assert.is.not(weights(a), weights(b));
  await fit(c, { seed: 7 });
  assert.is.not(weights(a), weights(c));
});

test("the weights of the best epoch come back at the end", async () => {
  const model = stripesModel();
  const byEpoch: string[] = [];
  // A rate that explodes after the first epoch.
  const { best, kept, epochs } = await fit(model, {
    schedule: (step) => (step < 25 ? 0.01 : 1e6),
    onEpoch: () => void byEpoch.push(weights(model)),
  });
  assert.is(best?.epoch, 1, epochs.map((e) => e.validationAccuracy).join());
  assert.is(kept, best);
  assert.is(weights(model), byEpoch[0]);
  assert.is.not(weights(model), byEpoch[2]);
});

test("with restoreBest: false the last epoch's weights stay", async () => {
  const model = stripesModel();
  let last = "";
  const { best, kept, epochs } = await fit(model, {
    restoreBest: false,
    schedule: (step) => (step < 25 ? 0.1 : 50),
    onEpoch: () => {
      last = weights(model);
    },
  });
  assert.is(weights(model), last);
  assert.is(kept, epochs.at(-1));
  assert.is.not(kept, best);
});

test("of epochs with equal accuracy the one with the lower loss is the best", async () => {
  const { best, epochs } = await fit(stripesModel(), { epochs: 8 });
  const top = Math.max(...epochs.map((e) => e.validationAccuracy));
  const equals = epochs.filter((e) => e.validationAccuracy === top);
  assert.ok(equals.length > 1, "the problem is too hard for this test");
  assert.is(best?.validationLoss, Math.min(...equals.map((e) => e.validationLoss)));
});

test("a schedule sets the rate of each step, counted over the whole run", async () => {
  const asked: number[] = [];
  const seen: number[] = [];
  await fit(stripesModel(), {
    epochs: 2,
    schedule: (step) => {
      asked.push(step);
      return 0.001 * (step + 1);
    },
    onStep: ({ learningRate }) => seen.push(Math.round(learningRate * 1000)),
  });
  assert.equal(asked, Array.from({ length: 50 }, (_, i) => i)); // biome-ignore format: one line
  assert.equal(seen, asked.map((step) => step + 1)); // biome-ignore format: one line
});

test("onStep tells the step within the epoch, and how many there are", async () => {
  const seen: string[] = [];
  await fit(stripesModel(), {
    epochs: 1,
    batchSize: 150,
    onStep: ({ epoch, step, stepsPerEpoch, loss }) => {
      assert.ok(Number.isFinite(loss));
      seen.push(`${epoch}: ${step}/${stepsPerEpoch}`);
    },
  });
  assert.equal(seen, ["1: 1/3", "1: 2/3", "1: 3/3"]);
});

test("the next epoch waits for an async onEpoch", async () => {
  const order: string[] = [];
  await fit(stripesModel(), {
    epochs: 2,
    batchSize: 400,
    onStep: ({ epoch }) => order.push(`step ${epoch}`),
    onEpoch: async ({ epoch }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`saved ${epoch}`);
    },
  });
  assert.equal(order, ["step 1", "saved 1", "step 2", "saved 2"]);
});

test("clipping and label smoothing change what is learned", async () => {
  const [plain, clipped, smoothed] = [stripesModel(), stripesModel(), stripesModel()];
  await fit(plain);
  await fit(clipped, { clipNorm: 0.01 });
  await fit(smoothed, { labelSmoothing: 0.2 });
  assert.is.not(weights(plain), weights(clipped));
  assert.is.not(weights(plain), weights(smoothed));
});

test("a loss that is no longer finite stops it, with the step and the rate", async () => {
  const model = stripesModel();
  const error = await rejection(fit(model, { lr: 1e38 }));
  assert.is(error.name, "TrainingError");
  assert.match(
    error.message,
    /^Trainer: the loss became (NaN|Infinity) in epoch 1, step \d+, at learning rate 1e\+38; /,
  );
});

test("so does one of the validation: weights that only the last step ruined are no result", async () => {
  const model = stripesModel();
  const onEpoch = (): void => assert.unreachable("an epoch of such weights was reported");
  // All of the training set in one step: its loss is taken before the update.
  const error = await rejection(fit(model, { lr: 3e38, batchSize: 400, epochs: 1, onEpoch }));
  assert.is(error.name, "TrainingError");
  assert.match(error.message, /^Trainer: the validation loss became (NaN|Infinity) in epoch 1, step 1, at /);
});

test("abort rejects with the signal's reason, the best epoch restored and the history kept", async () => {
  const controller = new AbortController();
  const model = stripesModel();
  let afterFirst = "";
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const trainer = new Trainer(model, {
    ...{ optimizer, epochs: 100, batchSize: 16, signal: controller.signal },
    onEpoch: () => {
      afterFirst ||= weights(model);
    },
    onStep: ({ epoch, step }) => {
      if (epoch === 2 && step === 3) controller.abort(new Error("stop"));
    },
  });
  const error = await rejection(trainer.fit(TRAIN, VALIDATION));
  assert.is(error.message, "stop");
  assert.is(trainer.history.epochs.length, 1);
  assert.is(trainer.history.best?.epoch, 1);
  assert.is(weights(model), afterFirst);
});

test("every module is back in its mode at the end", async () => {
  const model = withDropout().eval();
  await fit(model, { epochs: 1 });
  assert.equal([model, ...model.children().map(([, child]) => child)].map((m) => m.isTraining), [false, false, false, false]); // biome-ignore format: one line
});

test("the event loop is not starved: a 10 ms interval keeps firing", async () => {
  const fired: number[] = [];
  const started = performance.now();
  const interval = setInterval(() => fired.push(performance.now()), 10);
  await fit(stripesModel(), { epochs: 60, batchSize: 1 });
  clearInterval(interval);
  const ended = performance.now();
  assert.ok(ended - started > 300, `the run took ${ended - started} ms, too short to prove anything`);
  const gaps = [...fired, ended].map((at, i) => at - (fired[i - 1] ?? started));
  // 25 ms of work at a time; the margin is for a busy machine.
  assert.ok(fired.length > (ended - started) / 100, `fired ${fired.length} times in ${ended - started} ms`);
  assert.ok(gaps.filter((gap) => gap > 100).length <= gaps.length / 10, `gaps ${gaps.map(Math.round)}`);
});

test("memory stays flat over many steps", async () => {
  const model = stripesModel();
  await fit(model, { epochs: 2 });
  // What earlier tests left is not to be collected in between.
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const usage: number[] = [];
  await fit(model, { epochs: 40, onEpoch: () => void usage.push(memoryUsage().inUseBytes) });
  assert.equal([...new Set(usage)], [usage[0]]);
});

test("counts below 1 and empty sets are refused", async () => {
  const model = stripesModel();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  assert.throws(
    () => new Trainer(model, { optimizer, epochs: 0, batchSize: 1 }),
    /epochs must be an integer ≥ 1; got 0/,
  );
  assert.throws(() => new Trainer(model, { optimizer, epochs: 1, batchSize: 1.5 }), /batchSize must be .* got 1\.5/);
  const trainer = new Trainer(model, { optimizer, epochs: 1, batchSize: 1 });
  assert.match((await rejection(trainer.fit(TRAIN.take(0), VALIDATION))).message, /the training set .* is empty/);
  assert.match((await rejection(trainer.fit(TRAIN, VALIDATION.take(0)))).message, /the validation set .* is empty/);
});

test.run();
