import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { rand } from "../../lib/ops/random.ts";
import { statistics64 } from "../../lib/selftest/layers64.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";

const test = suite("BatchNorm2d");

/** Mean and unbiased variance of each channel. */
function statistics(x: Tensor): { mean: Float64Array; variance: Float64Array } {
  const { mean, variance } = statistics64(x);
  const count = x.size / mean.length;
  return { mean, variance: variance.map((value) => (value * count) / (count - 1)) };
}

test("its state has PyTorch's names, shapes and initial values", () => {
  const layer = new BatchNorm2d(2);
  assert.equal(
    layer.namedParameters().map(([name, { data }]) => [name, [...data]]),
    [
      ["weight", [1, 1]],
      ["bias", [0, 0]],
    ],
  );
  assert.equal(
    layer.namedBuffers().map(([name, { dtype, shape, data }]) => [name, dtype, shape, [...data]]),
    [
      ["running_mean", "f32", [2], [0, 0]],
      ["running_var", "f32", [2], [1, 1]],
      ["num_batches_tracked", "i32", [], [0]],
    ],
  );
});

test("training moves the running statistics by momentum toward the batch's, variance with N − 1, and counts", () => {
  const layer = new BatchNorm2d(2, { momentum: 0.25 });
  const x = rand([3, 2, 2, 2], { seed: 1, low: 1, high: 3 });
  layer.forward(x);
  const { mean, variance } = statistics(x);
  expectClose(
    layer.runningMean.data,
    mean.map((value) => 0.25 * value),
    1e-6,
  );
  expectClose(
    layer.runningVar.data,
    variance.map((value) => 0.75 + 0.25 * value),
    1e-6,
  );
  assert.is(layer.numBatchesTracked.item(), 1);
});

test("training normalises by the batch, evaluation by the running statistics, which then stay", () => {
  const layer = new BatchNorm2d(2);
  const x = rand([4, 3, 3, 2], { seed: 2, low: 5, high: 6 });
  const { mean, variance } = statistics(layer.forward(x));
  expectClose(mean, [0, 0], 1e-5);
  expectClose(variance, [36 / 35, 36 / 35], 1e-3);
  layer.eval();
  layer.runningMean.data.set([1, 2]);
  layer.runningVar.data.set([4, 9]);
  const y = layer.forward(x);
  expectClose(
    y.data,
    Array.from(x.data, (value, i) => (i % 2 ? (value - 2) / 3 : (value - 1) / 2)),
    1e-5,
  );
  assert.equal([...layer.runningMean.data, layer.numBatchesTracked.item()], [1, 2, 1]);
});

test("channels must be an integer ≥ 1", () => {
  assert.throws(
    () => new BatchNorm2d(0),
    (error: unknown) => error instanceof OptionError,
  );
});

test.run();
