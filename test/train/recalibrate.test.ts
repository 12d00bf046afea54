import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Batch } from "../../lib/data/batches.ts";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { statistics64 } from "../../lib/selftest/layers64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { recalibrate } from "../../lib/train/recalibrate.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("recalibrate");

const CHANNELS = 4;
const batches: Batch[] = [1, 2, 3].map((seed) => ({
  x: tensor(uniform64([8, 6, 6, CHANNELS], seed, -1, seed).data, [8, 6, 6, CHANNELS]).keep(),
  y: zeros([8], "i32").keep(),
}));

const deep = (): Sequential =>
  new Sequential(
    {
      bn: new BatchNorm2d(CHANNELS),
      drop: new Dropout(0.5),
      conv: new Conv2d(CHANNELS, 8, 3, { padding: 1 }),
      bn2: new BatchNorm2d(8),
      relu: new ReLU(),
      pool: new AdaptiveAvgPool2d(1),
      flatten: new Flatten(),
      fc: new Linear(8, 2),
    },
    { seed: 1 },
  );

/** Mean and unbiased variance of a channel of a batch, in f64. */
function statistics({ x }: Batch, channel: number): [mean: number, variance: number] {
  const { mean, variance } = statistics64(x);
  const count = x.size / CHANNELS;
  return [mean[channel], (variance[channel] * count) / (count - 1)];
}

test("the running statistics become the mean of the batches' own, whatever they were", () => {
  const model = deep();
  const { bn } = Object.fromEntries(model.children()) as { bn: BatchNorm2d };
  bn.runningMean.data.fill(77);
  recalibrate(model, batches);
  for (let c = 0; c < CHANNELS; c++) {
    const each = batches.map((batch) => statistics(batch, c));
    const mean = each.reduce((sum, [value]) => sum + value / 3, 0);
    const variance = each.reduce((sum, [, value]) => sum + value / 3, 0);
    // Three merges in f32, of numbers below 4.
    expectClose([bn.runningMean.data[c], bn.runningVar.data[c]], [mean, variance], 4 * 6 * 2 ** -24);
  }
});

test("dropout does not drop meanwhile: the same statistics come out behind it, again and again", () => {
  const model = deep();
  const { bn2 } = Object.fromEntries(model.children()) as { bn2: BatchNorm2d };
  recalibrate(model, batches);
  const first = [...bn2.runningMean.data, ...bn2.runningVar.data];
  assert.ok(first.some((value) => value !== 0 && value !== 1));
  recalibrate(model, batches);
  assert.equal([...bn2.runningMean.data, ...bn2.runningVar.data], first);
});

test("modes, momenta, counts and weights are as they were, also when a batch fails", () => {
  const model = deep();
  const layers = model.children().map(([, layer]) => layer);
  layers[1].isTraining = false;
  const { bn } = Object.fromEntries(model.children()) as { bn: BatchNorm2d };
  bn.numBatchesTracked.data[0] = 5;
  const state = (): unknown => [
    layers.map(({ isTraining }) => isTraining),
    bn.momentum,
    bn.numBatchesTracked.item(),
    model.parameters().map(({ data }) => [...data]),
  ];
  const before = state();
  recalibrate(model, batches);
  assert.equal(state(), before);
  const wrong = { x: tensor([1, 2, 3]), y: zeros([1], "i32") };
  assert.throws(() => recalibrate(model, [batches[0], wrong]));
  assert.equal(state(), before);
});

test("a model without BatchNorm sees no batch", () => {
  const model = new Sequential({ fc: new Linear(2, 2) }, { seed: 1 });
  const none: Iterable<Batch> = {
    [Symbol.iterator]() {
      throw new Error("a batch was asked for");
    },
  };
  recalibrate(model, none);
});

test("nothing is left in memory", () => {
  const model = deep();
  assert.is(
    leaks(() => recalibrate(model, batches)),
    0,
  );
});

test.run();
