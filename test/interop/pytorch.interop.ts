// Checkpoints to PyTorch and back: what one side writes, the other loads strictly and computes the same with.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadCheckpoint, loadMnistTest, saveCheckpoint } from "../../data/index.node.ts";
import { MNIST_NORMALIZATION } from "../../data/index.ts";
import {
  BatchNorm2d,
  Conv2d,
  decodeSafetensors,
  encodeSafetensors,
  Flatten,
  Linear,
  normalizeImages,
  predict,
  ReLU,
  rand,
  Sequential,
  scope,
  slice,
  stateDict,
  type Tensor,
  transpose,
} from "../../lib/index.ts";
import { cnn } from "../../models/index.ts";
import { runCli } from "../support/run_cli.ts";
import { runPython } from "../support/run_python.ts";

const test = suite("checkpoints, with PyTorch");

const TOLERANCE = 1e-4;
const BATCH = 250;

const folder = mkdtempSync(join(tmpdir(), "simdgrad-pytorch-"));

test.after(() => rmSync(folder, { recursive: true }));

/** Runs pytorch.py with our checkpoint. @returns PyTorch's checkpoint, and its logits of both. */
function pytorch(network: string, ours: string, x: Tensor<"f32">) {
  const [images, ourLogits, theirs, theirLogits] = ["x", "ours", "theirs", "their_logits"].map((name) =>
    join(folder, `${network}-${name}.safetensors`),
  );
  const nchw = scope(() => {
    const { shape, values } = transpose(x, [0, 3, 1, 2]);
    return { dtype: "F32" as const, shape, data: new Float32Array(values) };
  });
  writeFileSync(images, encodeSafetensors({ x: nchw }));
  runPython("test/interop/pytorch.py", network, ours, images, ourLogits, theirs, theirLogits);
  return { theirs, logits: readLogits(ourLogits), theirLogits: readLogits(theirLogits) };
}

function readLogits(path: string): Float32Array {
  const { logits } = decodeSafetensors(readFileSync(path), path).tensors;
  assert.is(logits.dtype, "F32");
  return logits.data as Float32Array;
}

/** The model's logits of all images. */
function logitsOf(model: Sequential, x: Tensor<"f32">): Float32Array {
  using logits = predict(model, x, { batchSize: BATCH });
  return Float32Array.from(logits.values);
}

function compare(what: string, actual: Float32Array, expected: Float32Array): void {
  assert.is(actual.length, expected.length, what);
  const worst = actual.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i])), 0);
  assert.ok(worst <= TOLERANCE, `${what}: logits differ by ${worst}`); // NaN fails as well
  console.log(`measured: ${what}: ${actual.length} logits, largest difference ${worst.toExponential(1)}`);
}

/** The digit of the largest logit, for each image. */
function classesOf(logits: Float32Array): number[] {
  return Array.from({ length: logits.length / 10 }, (_, i) => {
    const row = logits.subarray(i * 10, i * 10 + 10);
    return row.indexOf(Math.max(...row));
  });
}

test("the CNN goes to PyTorch and comes back, with the same logits on all 10,000 test images", async () => {
  const ours = join(folder, "cnn.safetensors");
  const { code, stderr } = await runCli(folder, ["export", "--format", "safetensors", "--out", ours]);
  assert.equal([code, stderr], [0, ""]);
  const { images, labels } = (await loadMnistTest()).test;
  const x = normalizeImages(images, MNIST_NORMALIZATION);
  assert.equal(x.shape, [10_000, 28, 28, 1]);
  const { theirs, logits, theirLogits } = pytorch("cnn", ours, x);
  const model = cnn();
  loadCheckpoint(ours, model);
  const ourLogits = logitsOf(model, x);
  compare("cnn, in PyTorch", logits, ourLogits);
  assert.equal(classesOf(logits), classesOf(ourLogits));
  const batches = Number(stateDict(model)["bn1.num_batches_tracked"].data[0]);

  assert.equal(loadCheckpoint(theirs, model), { format: "pt" });
  compare("cnn, from PyTorch", logitsOf(model, x), theirLogits);
  assert.equal(stateDict(model)["bn1.num_batches_tracked"].data, BigInt64Array.of(BigInt(batches + 3)));

  const outcome = await runCli(folder, ["evaluate", "--checkpoint", theirs, "--json"]);
  assert.equal([outcome.code, outcome.stderr], [0, ""]);
  const result = JSON.parse(outcome.stdout);
  const right = classesOf(theirLogits).filter((digit, i) => digit === labels.values[i]).length;
  assert.equal([result.model, result.images, result.accuracy], ["cnn", 10_000, right / 10_000]);
  assert.ok(result.accuracy > 0.95, `PyTorch's checkpoint still reads digits: ${result.accuracy}`);
});

test("Conv → Flatten → Linear over a map of 5 × 4 goes to PyTorch and comes back with the same logits", () => {
  const flat = (seed: number): Sequential =>
    new Sequential(
      {
        conv: new Conv2d(3, 6, 3, { stride: 2, bias: false }),
        bn: new BatchNorm2d(6),
        relu: new ReLU(),
        flatten: new Flatten(),
        fc: new Linear(6 * 5 * 4, 7),
      },
      { seed },
    );
  const [model, loaded] = [flat(1), flat(2)];
  const x = rand([600, 12, 10, 3], { seed: 3 });
  scope(() => model.forward(slice(x, 0, 100))); // running statistics that are not those of a new layer
  const ours = join(folder, "flat.safetensors");
  saveCheckpoint(ours, model);
  const { theirs, logits, theirLogits } = pytorch("flat", ours, x);
  compare("flat, in PyTorch", logits, logitsOf(model, x));
  loadCheckpoint(theirs, loaded);
  compare("flat, from PyTorch", logitsOf(loaded, x), theirLogits);
});

test.run();
