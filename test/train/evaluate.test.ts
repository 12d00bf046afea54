import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/base/errors.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { all64 } from "../../lib/selftest/array64.ts";
import { argmax64, labelCrossEntropy64, matmul64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { evaluate, evaluateAsync, evaluationOf } from "../../lib/train/evaluate.ts";
import { predict } from "../../lib/train/predict.ts";
import { expectClose } from "../support/expect_close.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("evaluate");

/** The same from the definition, in f64. */
function evaluate64(model: Sequential, dataset: Dataset) {
  const { weight, bias } = model.children()[1][1] as Linear;
  const classes = weight.shape[1];
  const confusion = Array.from({ length: classes }, () => new Array(classes).fill(0));
  let loss = 0;
  for (const { x, y } of dataset.batches({ batchSize: 1 })) {
    const logits = all64(matmul64({ shape: [1, x.size], data: x.data }, weight, bias ?? undefined));
    loss += labelCrossEntropy64(y.data)(logits).at(0);
    confusion[y.data[0]][argmax64([...logits.data])]++;
  }
  return { loss: loss / dataset.size, confusion };
}

test("loss, accuracy, confusion and support follow their definitions", () => {
  const [model, dataset] = [stripesModel(), stripes(103)];
  const expected = evaluate64(model, dataset);
  const result = evaluate(model, dataset, { batchSize: 10 });
  expectClose([result.loss], [expected.loss], 1e-5);
  assert.equal(result.confusion, expected.confusion);
  assert.is(result.accuracy, expected.confusion.reduce((total, row, c) => total + row[c], 0) / 103);
  assert.is(
    result.perClass.reduce((total, { support }) => total + support, 0),
    103,
  );
});

test("the batch size changes nothing, to the bit of the loss", () => {
  const [model, dataset] = [stripesModel(), stripes(50)];
  const all = evaluate(model, dataset, { batchSize: 64 });
  for (const batchSize of [1, 7, 49]) assert.equal(evaluate(model, dataset, { batchSize }), all);
});

test("it runs in evaluation mode, and puts every module's mode back, also after an error", () => {
  const model = new Sequential({ flatten: new Flatten(), drop: new Dropout(0.9), fc: new Linear(16, 4) }, { seed: 1 });
  const [, [, drop]] = model.children();
  const modes = (): boolean[] => [model.isTraining, ...model.children().map(([, child]) => child.isTraining)];
  drop.isTraining = false;
  const before = modes();
  const dataset = stripes(40);
  assert.equal(evaluate(model, dataset), evaluate(model, dataset));
  assert.equal(modes(), before);
  const wide = new Dataset({ name: "wide", images: zeros([2, 5, 5], "u8"), labels: zeros([2], "u8") });
  assert.throws(() => evaluate(model, wide));
  assert.equal(modes(), before);
});

test("images are distorted where that is asked for, as batches distort them", async () => {
  const model = stripesModel();
  // A model that knows the bright row by its place: moved down by one, each class looks like the next.
  const { weight, bias } = model.children()[1][1] as Linear;
  weight.data.fill(0);
  for (let c = 0; c < 4; c++) for (let j = 0; j < 4; j++) weight.data[(4 * c + j) * 4 + c] = 1;
  bias?.data.fill(0);
  const dataset = stripes(50);
  assert.is(evaluate(model, dataset).accuracy, 1);
  const options = { batchSize: 20, distort: { shiftY: 1 } };
  const { confusion } = evaluate(model, dataset, options);
  for (const c of [0, 1, 2])
    assert.is(
      confusion[c][c + 1],
      confusion[c].reduce((sum, count) => sum + count),
    );
  assert.equal(await evaluateAsync(model, dataset, options), evaluate(model, dataset, options));
  assert.throws(
    () => evaluate(model, dataset, { distort: { scaleX: 0 } }),
    /scaleX must be a finite number > 0; got 0/,
  );
});

test("it leaves the arena as it found it", () => {
  const [model, dataset] = [stripesModel(), stripes(50)];
  evaluate(model, dataset, { batchSize: 7 });
  const before = memoryUsage();
  evaluate(model, dataset, { batchSize: 7 });
  assert.equal(memoryUsage(), before);
});

test("an empty data set and a batch size of 0 are refused", () => {
  assert.throws(() => evaluate(stripesModel(), stripes(8).take(0)), /evaluate: the data set stripes.* is empty/);
  assert.throws(
    () => evaluate(stripesModel(), stripes(8), { batchSize: 0 }),
    /batchSize must be an integer ≥ 1; got 0/,
  );
});

test("evaluateAsync gives the same, and tells its progress", async () => {
  const [model, dataset] = [stripesModel(), stripes(50)];
  const seen: string[] = [];
  const result = await evaluateAsync(model, dataset, {
    batchSize: 20,
    onProgress: (done, total) => seen.push(`${done}/${total}`),
  });
  assert.equal(result, evaluate(model, dataset, { batchSize: 20 }));
  assert.equal(seen, ["20/50", "40/50", "50/50"]);
});

test("a loss that is no finite number is refused, and the model's weights named as the reason", async () => {
  const [model, dataset] = [stripesModel(), stripes(50)];
  const refusal = /: the loss is (NaN|Infinity); the model's weights are damaged, or their training diverged\./;
  const isRefusal = (op: string) => (error: unknown) =>
    error instanceof DataError && error.message.startsWith(`${op}: `) && refusal.test(error.message);
  for (const value of [3e38, -3e38, Number.NaN]) {
    model.parameters()[0].data.fill(value);
    assert.throws(() => evaluate(model, dataset), isRefusal("evaluate"));
    const reason = await evaluateAsync(model, dataset).catch((error: unknown) => error);
    assert.ok(isRefusal("evaluateAsync")(reason));
    const logits = predict(model, dataset);
    assert.throws(() => evaluationOf(logits, dataset.labels), isRefusal("evaluationOf"));
  }
  const loss = () => tensor(Number.NaN);
  assert.throws(() => evaluate(stripesModel(), dataset, { loss }), isRefusal("evaluate"));
});

test("evaluateAsync stops when its signal is aborted, the model back in its mode", async () => {
  const controller = new AbortController();
  const model = stripesModel();
  let batches = 0;
  const running = evaluateAsync(model, stripes(50), {
    batchSize: 10,
    signal: controller.signal,
    onProgress: () => {
      batches++;
      if (batches === 2) controller.abort(new Error("enough"));
    },
  });
  await running.then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "enough"),
  );
  assert.is(batches, 2);
  assert.ok(model.isTraining);
});

test.run();
