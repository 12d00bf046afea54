import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  AdamW,
  AdaptiveAvgPool2d,
  BatchNorm2d,
  backward,
  Conv2d,
  clipGradNorm,
  crossEntropy,
  Dataset,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  OptionError,
  ReLU,
  runtimeInfo,
  Sequential,
  scope,
  setThreads,
  type Tensor,
  Trainer,
  tensor,
  zeros,
} from "../../lib/index.ts";
import { fuse } from "../../lib/nn/fusion.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { cnn } from "../../models/index.ts";

const test = suite("setThreads");

/** The SHA-256 of the CNN's weights after some steps with dropout, on random pictures. */
function trainedWeights(steps: number): string {
  const model = cnn({ seed: 3 });
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  const pictures = uniform64([20, 28, 28, 1], 1);
  for (let step = 0; step < steps; step++) {
    scope(() => {
      const x = tensor(pictures.data, pictures.shape);
      const y = tensor(
        Array.from({ length: 20 }, (_, i) => (i * 7 + step) % 10),
        [20],
        "i32",
      );
      optimizer.zeroGrad();
      backward(crossEntropy(model.forward(x), y));
      clipGradNorm(model.parameters(), 1);
      optimizer.step();
    });
  }
  return digestOf(model);
}

function digestOf(model: Module): string {
  const hash = createHash("sha256");
  for (const [, { data }] of [...model.namedParameters(), ...model.namedBuffers()] as [string, Tensor][]) {
    hash.update(Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  }
  return hash.digest("hex");
}

const [SIDE, PICTURES] = [16, 130];

/** A convolution, its normalisation, ReLU and a pool: one op in training. */
const block = (cin: number, cout: number, pool: Module): Module[] => [
  new Conv2d(cin, cout, 3, { padding: 1 }),
  new BatchNorm2d(cout),
  new ReLU(),
  pool,
];

/** Blocks of the three kinds there are, as in the CNN but small. */
function smallCnn(): { model: Sequential; blocks: Module[][] } {
  const blocks = [
    block(1, 8, new MaxPool2d(2)),
    block(8, 16, new MaxPool2d(2)),
    block(16, 16, new AdaptiveAvgPool2d(1)),
  ];
  const layers = [...blocks.flat(), new Flatten(), new Dropout(0.3), new Linear(16, 10)];
  return { model: new Sequential(Object.fromEntries(layers.map((layer, i) => [`l${i}`, layer])), { seed: 5 }), blocks };
}

function noisePictures(seed: number): Dataset {
  const images = Uint8Array.from(uniform64([PICTURES, SIDE, SIDE], seed, 0, 256).data);
  const labels = Uint8Array.from({ length: PICTURES }, (_, i) => (i * 7) % 10);
  return new Dataset({
    name: "noise",
    images: tensor(images, [PICTURES, SIDE, SIDE], "u8"),
    labels: tensor(labels, [PICTURES], "u8"),
    normalization: { mean: 0.1307, std: 0.3081 },
  });
}

/** The SHA-256 of the weights that a Trainer ends with, everything on that draws, sums or averages. */
async function fittedWeights(data: Dataset): Promise<{ weights: string; steps: number }> {
  const { model } = smallCnn();
  let steps = 0;
  const trainer = new Trainer(model, {
    optimizer: new AdamW(model.parameters(), { lr: 1e-2 }),
    epochs: 6,
    batchSize: 13,
    seed: 2,
    clipNorm: 1,
    labelSmoothing: 0.05,
    augment: {
      ...{ rotate: 10, shift: 1.5, scale: 0.1, shear: 0.1, elastic: 1, thickness: 1.3 },
      ...{ stretch: 0.5, gaps: 3, blur: 0.7, coarse: 1.5, contrast: 0.5, noise: 0.3, blocks: 0.3 },
    },
    average: { decay: 0.95, calibration: 50 },
    restoreBest: false,
    onStep: () => void steps++,
  });
  await trainer.fit(data, data.take(30));
  return { weights: digestOf(model), steps };
}

test.after(async () => {
  await setThreads(1);
});

test("1, 2 and 4 threads train the same weights, to the bit, in 50 steps with dropout", async () => {
  assert.is(await setThreads(1), 1);
  const one = trainedWeights(50);
  for (const threads of [2, 4]) {
    assert.is(await setThreads(threads), threads);
    assert.is(runtimeInfo().threads, threads);
    assert.is(trainedWeights(50), one, `${threads} threads`);
  }
});

test("so do 60 steps with all kinds of blocks, dropout, every augmentation and averaged weights", async () => {
  const data = noisePictures(4);
  let shape: number[] = [PICTURES, SIDE, SIDE, 1];
  for (const layers of smallCnn().blocks) {
    assert.is(fuse(layers, zeros(shape))?.length, 4, `a block that is one op, on ${shape}`);
    shape = [PICTURES, shape[1] / 2, shape[2] / 2, (layers[1] as BatchNorm2d).weight.size];
  }
  await setThreads(1);
  const one = await fittedWeights(data);
  assert.is(one.steps, 60);
  for (const threads of [2, 4]) {
    assert.is(await setThreads(threads), threads);
    assert.equal(await fittedWeights(data), one, `${threads} threads`);
  }
});

test("back to one thread, runtimeInfo says why", async () => {
  await setThreads(1);
  assert.is(runtimeInfo().threads, 1);
  assert.is(runtimeInfo().singleThreadBecause, "one thread was asked for");
});

test("auto takes the machine's processors", async () => {
  assert.ok((await setThreads("auto")) >= 1);
  await setThreads(1);
});

test("idle workers use no processor time", async () => {
  await setThreads(4);
  trainedWeights(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 250_000, `${(user + system) / 1000} ms of processor time in 500 ms of idling`);
  await setThreads(1);
});

test("a number of threads that makes no sense is refused", async () => {
  for (const threads of [0, -1, 1.5, Number.NaN, 1000]) {
    try {
      await setThreads(threads);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, OptionError);
    }
  }
});

test.run();
