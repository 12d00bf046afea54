import { suite } from "uvu";
import * as assert from "uvu/assert";
import { syntheticDigits } from "../../data/synthetic.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { DataError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { findMistakes } from "../../lib/plot/find_mistakes.ts";
import { type Mistake, type MistakeOptions, worstMistakes } from "../../lib/plot/mistakes.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { evaluate } from "../../lib/train/evaluate.ts";
import { emptyConfusion } from "../../lib/train/metrics.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("worstMistakes");

const PROBABILITIES = [
  [0.7, 0.2, 0.1], // right
  [0.1, 0.6, 0.3], // 2 taken for 1
  [0.02, 0.9, 0.08], // 0 taken for 1
  [0.5, 0.4, 0.1], // 2 taken for 0: less sure, but it thinks less of the right class
  [0.1, 0.6, 0.3], // 2 taken for 1, as before
];
const LABELS = [0, 2, 0, 2, 2];

const ask = (rows: readonly (readonly number[])[], labels: readonly number[], options: MistakeOptions = {}) =>
  worstMistakes(tensor(rows.flat(), [rows.length, rows[0].length]), tensor(labels, [labels.length], "i32"), options);
const indices = (found: readonly { index: number }[]): number[] => found.map(({ index }) => index);

test("the surest mistakes come first, equal ones in their order, right answers not at all", () => {
  const found = ask(PROBABILITIES, LABELS, { rows: "probabilities" });
  assert.equal(indices(found), [2, 1, 4, 3]);
  assert.equal([found[0].label, found[0].predicted], [0, 1]);
  assert.is(found[0].confidence, Math.fround(0.9));
});

test("or those with the largest loss", () => {
  const found = ask(PROBABILITIES, LABELS, { rows: "probabilities", by: "loss" });
  assert.equal(indices(found), [2, 3, 1, 4]);
  // The kernel's logarithm, good to a few units in the last place of f32.
  assert.ok(Math.abs(found[0].loss + Math.log(Math.fround(0.02))) < 8 * 2 ** -24 * 4);
});

test("logits give what their probabilities give", () => {
  const logits = PROBABILITIES.map((row) => row.map((p) => Math.log(p) + 5));
  const found = ask(logits, LABELS);
  const expected = ask(PROBABILITIES, LABELS, { rows: "probabilities" });
  assert.equal(new Set(indices(found)), new Set(indices(expected)));
  for (const { index, confidence, loss } of found) {
    const other = expected.find((mistake) => mistake.index === index);
    // Logits up to 5 are stored to 2⁻²², which is the error of their exponential, relative to it; and its own few.
    assert.ok(Math.abs(confidence - (other?.confidence ?? 0)) < 16 * 2 ** -22, `${confidence}`);
    assert.ok(Math.abs(loss - (other?.loss ?? 0)) < 16 * 2 ** -22, `${loss}`);
  }
});

test("as many as asked for, and none where all is right", () => {
  assert.equal(indices(ask(PROBABILITIES, LABELS, { rows: "probabilities", count: 2 })), [2, 1]);
  assert.equal(ask(PROBABILITIES, LABELS, { count: 0 }), []);
  assert.equal(ask([[1, 0]], [0]), []);
});

test("impossible and undefined labels are the worst", () => {
  const found = ask([[0.1, 0.9], [0, 1], [Number.NaN, Number.NaN]], [0, 0, 1], { rows: "probabilities", by: "loss" }); // biome-ignore format: rows
  assert.equal(indices(found), [1, 2, 0]);
});

test("nothing stays behind", () => {
  leaks(() => {
    using scores = tensor(PROBABILITIES.flat(), [5, 3]);
    using labels = tensor(LABELS, [5], "i32");
    worstMistakes(scores, labels);
    worstMistakes(scores, labels, { rows: "probabilities" });
  });
});

test("what does not fit is refused", () => {
  const scores = tensor([1, 2, 3, 4], [2, 2]);
  const labels = tensor([0, 1], [2], "i32");
  const refuses = (
    call: () => unknown,
    type: typeof DataError | typeof ShapeError | typeof OptionError,
    text: RegExp,
  ) => assert.throws(call, (error: Error) => error instanceof type && text.test(error.message));
  refuses(() => worstMistakes(scores, tensor([0], [1], "i32")), ShapeError, /got \[2, 2\] and \[1\]/);
  refuses(() => worstMistakes(scores, tensor([0, 2], [2], "i32")), DataError, /label 1 is 2, but must lie in 0 … 1\./);
  refuses(() => worstMistakes(scores, tensor([0, -1], [2], "i32")), DataError, /label 1 is -1/);
  refuses(() => worstMistakes(scores, labels, { count: 1.5 }), OptionError, /count .* got 1.5/);
  refuses(() => worstMistakes(scores, labels, { by: "size" as "loss" }), OptionError, /by must be .* got "size"/);
  refuses(() => worstMistakes(scores, labels, { rows: "x" as "logits" }), OptionError, /rows must be .* got "x"/);
});

test("findMistakes gives what all logits at once give, whatever the batch, and puts modes back", async () => {
  const dataset = syntheticDigits({ count: 101, seed: 3 });
  const model = new Sequential({ flatten: new Flatten(), fc: new Linear(784, 10) }, { seed: 1 });
  model.train();
  let expected: Mistake[] = [];
  for (const { x, y } of dataset.batches({ batchSize: 101 })) {
    const logits = noGrad(() => model.forward(x));
    expected = worstMistakes(logits, y, { count: 20 });
  }
  assert.is(expected.length, 20);
  for (const batchSize of [1, 8, 64, 200]) {
    assert.equal(await findMistakes(model, dataset, { batchSize, count: 20 }), expected, `batches of ${batchSize}`);
  }
  assert.ok(model.isTraining);
  const images = expected.map(({ index, label }) => [dataset.labels.data[index], label]);
  assert.ok(images.every(([a, b]) => a === b));
});

test("findMistakes finds each mistake that evaluate counts", async () => {
  const dataset = syntheticDigits({ count: 150, seed: 4 });
  const model = new Sequential({ flatten: new Flatten(), fc: new Linear(784, 10) }, { seed: 2 });
  const { confusion } = evaluate(model, dataset);
  const counted = confusion.map((row, actual) => row.map((count, predicted) => (actual === predicted ? 0 : count)));
  const found = emptyConfusion(10);
  for (const { label, predicted } of await findMistakes(model, dataset, { count: 150 })) found[label][predicted]++;
  assert.equal(found, counted);
  assert.ok(counted.flat().some((count) => count > 0));
});

test("findMistakes stops at a signal, and refuses an invalid batch size", async () => {
  const dataset = syntheticDigits({ count: 20, seed: 3 });
  const model = new Sequential({ flatten: new Flatten(), fc: new Linear(784, 10) }, { seed: 1 });
  const failure = async (options: object): Promise<unknown> =>
    findMistakes(model, dataset, options).catch((error) => error);
  assert.is(await failure({ signal: AbortSignal.abort("enough") }), "enough");
  assert.instance(await failure({ batchSize: 0 }), OptionError);
});

test.run();
