// Several calls at work on one model, taking turns: none sees the mode that another needs.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { weightsDigest } from "../../lib/formats/weights_digest.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { evaluate, evaluateAsync } from "../../lib/train/evaluate.ts";
import { evaluateShiftedAsync } from "../../lib/train/evaluate_shifted.ts";
import { predict, predictAsync } from "../../lib/train/predict.ts";
import { recalibrate, recalibrateSteps } from "../../lib/train/recalibrate.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import { stripes } from "../support/stripes.ts";

const test = suite("calls side by side");

const normalised = (): Sequential =>
  new Sequential(
    { bn: new BatchNorm2d(1), flatten: new Flatten(), drop: new Dropout(0.5), fc: new Linear(16, 4) },
    { seed: 1 },
  );

/** Long enough that the event loop, and with it the other call, has its turn after this batch. */
function busy(): void {
  const start = performance.now();
  while (performance.now() - start < 55);
}

const fit = (model: Sequential, train = stripes(24)) =>
  new Trainer(model, {
    optimizer: new SGD(model.parameters(), { lr: 0.1 }),
    epochs: 2,
    batchSize: 12,
    onStep: busy,
  }).fit(train, stripes(12, 2));

test("two predictions of different lengths: their outputs, the statistics and the modes are as alone", async () => {
  const model = normalised();
  const [short, long] = [stripes(8), stripes(32, 3)];
  const expected = [short, long].map((inputs) => [...predict(model, inputs).values]);
  const digest = weightsDigest(model);
  const options = { batchSize: 4, onProgress: busy };
  const outputs = await Promise.all([predictAsync(model, short, options), predictAsync(model, long, options)]);
  assert.equal(
    outputs.map(({ values }) => [...values]),
    expected,
  );
  assert.is(weightsDigest(model), digest);
  assert.ok(model.namedModules().every(([, { isTraining }]) => isTraining));
});

test("between two batches the model has the modes it came with, layer by layer", async () => {
  const model = normalised();
  model.children()[0][1].eval();
  const modes = (): boolean[] => model.namedModules().map(([, { isTraining }]) => isTraining);
  const before = modes();
  const seen: boolean[][] = [];
  const onProgress = (): void => void seen.push(modes());
  await predictAsync(model, stripes(8), { batchSize: 4, onProgress });
  await evaluateAsync(model, stripes(8), { batchSize: 4, onProgress });
  await evaluateShiftedAsync(model, stripes(8), { batchSize: 8, onProgress });
  assert.is(seen.length, 13);
  for (const each of seen) assert.equal(each, before);
});

test("a fit beside an evaluation of the same model trains the same weights, and each leaves the modes alone", async () => {
  const [alone, beside] = [normalised(), normalised()];
  await fit(alone);
  const [history] = await Promise.all([
    fit(beside),
    evaluateAsync(beside, stripes(12), { batchSize: 2, onProgress: busy }),
  ]);
  assert.is(history.epochs.length, 2);
  assert.is(weightsDigest(beside), weightsDigest(alone));
  assert.ok(beside.namedModules().every(([, { isTraining }]) => isTraining));
});

test("a fit trains in training mode also where the model came in evaluation mode, and a second fit ends in between", async () => {
  const model = normalised().eval();
  const before = model.namedBuffers().map(([, { values }]) => [...values]);
  await Promise.all([fit(model), fit(model, stripes(48))]);
  assert.not.equal(
    model.namedBuffers().map(([, { values }]) => [...values]),
    before,
  );
  assert.ok(model.namedModules().every(([, { isTraining }]) => !isTraining));
});

test("recalibration changes momenta, counts and modes only within a batch", () => {
  const [model, whole] = [normalised(), normalised()];
  const { bn } = Object.fromEntries(model.children()) as unknown as { bn: BatchNorm2d };
  const set = stripes(24);
  for (const _ of recalibrateSteps(model, set.batches({ batchSize: 8 }))) {
    assert.is(bn.momentum, 0.1);
    assert.is(bn.numBatchesTracked.item(), 0);
    assert.ok(bn.isTraining);
    evaluate(model, stripes(4));
  }
  recalibrate(whole, set.batches({ batchSize: 8 }));
  assert.is(weightsDigest(model), weightsDigest(whole));
});

test.run();
