import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, OptionError } from "../../lib/base/errors.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { Module } from "../../lib/nn/module.ts";
import { tensor } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

import { evaluateShiftedAsync } from "../../lib/train/evaluate_shifted.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("evaluateShiftedAsync");

const SIDE = 5;
const isA =
  (type: abstract new (...args: never[]) => Error) =>
  (error: Error): boolean =>
    error instanceof type;

/** Class 1 where the only bright pixel is in the middle, else, less surely, class 0. */
class MiddleOnly extends Module {
  pictures = 0;

  forward(x: Tensor): Tensor<"f32"> {
    const rows = Array.from({ length: x.shape[0] }, (_, n) =>
      x.data[n * SIDE ** 2 + Math.floor(SIDE ** 2 / 2)] > 0 ? [0, 9] : [0.5, 0],
    );
    this.pictures += rows.length;
    return tensor(rows.flat(), [rows.length, 2]) as Tensor<"f32">;
  }
}

/** One bright pixel each: in the middle, beside it, in a corner. */
const [MIDDLE, BESIDE, CORNER] = [12, 13, 0];
const points = new Dataset({
  name: "points",
  images: tensor(
    Uint8Array.from(
      [MIDDLE, BESIDE, CORNER].flatMap((bright) => Array.from({ length: 25 }, (_, i) => (i === bright ? 255 : 0))),
    ),
    [3, SIDE, SIDE],
    "u8",
  ),
  labels: tensor([1, 1, 0], [3], "u8"),
  classes: 2,
});

test("the class of the highest mean probability over all shifts counts", async () => {
  const model = new MiddleOnly();
  const { accuracy, confusion } = await evaluateShiftedAsync(model, points);
  // Eight of nine shifts say 0 with 0.62 and one says 1 with 1.00: the mean of class 1 is 0.44.
  assert.equal(confusion, [
    [1, 0],
    [2, 0],
  ]);
  assert.is(accuracy, 1 / 3);
  assert.is(model.pictures, 27);
});

test("the batch size changes nothing, and progress counts every reading", async () => {
  const model = stripesModel();
  const data = stripes(20);
  const seen: [number, number][] = [];
  const whole = await evaluateShiftedAsync(model, data, { batchSize: 20 });
  const parts = await evaluateShiftedAsync(model, data, {
    batchSize: 7,
    onProgress: (...each) => void seen.push(each),
  });
  assert.equal(parts, whole);
  assert.equal(seen.at(-1), [180, 180]);
});

test("modes are put back, also when it is stopped", async () => {
  const model = stripesModel();
  const stop = new AbortController();
  const stopped = evaluateShiftedAsync(model, stripes(20), {
    signal: stop.signal,
    onProgress: () => stop.abort(new Error("stop")),
  });
  await stopped.then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "stop"),
  );
  assert.ok(model.isTraining && model.children().every(([, { isTraining }]) => isTraining));
});

test("a model that gives no numbers is refused: no class is the likeliest", async () => {
  class Nothing extends Module {
    forward(x: Tensor): Tensor<"f32"> {
      return tensor(new Float32Array(2 * x.shape[0]).fill(Number.NaN), [x.shape[0], 2]);
    }
  }
  const error: Error = await evaluateShiftedAsync(new Nothing(), points).then(
    () => assert.unreachable(),
    (reason) => reason,
  );
  assert.instance(error, DataError);
  assert.match(error.message, /^evaluateShiftedAsync: a probability is NaN; the model's weights are damaged/);
});

test("labels that the model has no class for are refused", async () => {
  const labels = tensor([0, 1, 2], [3], "u8");
  const error: Error = await evaluateShiftedAsync(
    new MiddleOnly(),
    new Dataset({ name: "three", images: points.images, labels, classes: 3 }),
  ).then(
    () => assert.unreachable(),
    (reason) => reason,
  );
  assert.instance(error, DataError);
  assert.is(error.message, "evaluateShiftedAsync: label 2 of three is 2, but must lie in 0 … 1.");
});

test("an empty set and options outside their range are refused", async () => {
  const refused = async (promise: Promise<unknown>, type: abstract new (...args: never[]) => Error): Promise<void> =>
    assert.ok(await promise.then(() => false, isA(type)));
  await refused(evaluateShiftedAsync(stripesModel(), stripes(20).take(0)), DataError);
  await refused(evaluateShiftedAsync(stripesModel(), stripes(20), { shift: 0 }), OptionError);
  await refused(evaluateShiftedAsync(stripesModel(), stripes(20), { batchSize: 1.5 }), OptionError);
});

test.run();
