import { suite } from "uvu";
import * as assert from "uvu/assert";
import { accuracyOf, classMetrics, emptyConfusion } from "../../lib/train/metrics.ts";

const test = suite("metrics");

/** Three classes: the first never missed, the third never read. */
const CONFUSION = [
  [4, 0, 0],
  [1, 3, 0],
  [0, 2, 0],
];

test("accuracy is the diagonal's part of all", () => {
  assert.is(accuracyOf(CONFUSION), 7 / 10);
});

test("precision looks along the column, recall along the row, F1 is their harmonic mean", () => {
  const [first, second] = classMetrics(CONFUSION);
  assert.equal(first, { precision: 4 / 5, recall: 1, f1: 8 / 9, support: 4 });
  assert.equal(second, { precision: 3 / 5, recall: 3 / 4, f1: 6 / 9, support: 4 });
});

test("a class that was never read has no precision, but recall 0 and F1 0", () => {
  assert.equal(classMetrics(CONFUSION)[2], { precision: Number.NaN, recall: 0, f1: 0, support: 2 });
});

test("a class of which there is no image has no recall", () => {
  assert.equal(classMetrics([[2, 1], [0, 0]])[1], { precision: 0, recall: Number.NaN, f1: 0, support: 0 }); // biome-ignore format: a matrix
});

test("an empty matrix has no accuracy", () => {
  assert.ok(Number.isNaN(accuracyOf(emptyConfusion(3))));
});

test("a matrix that is not square is refused", () => {
  assert.throws(() => classMetrics([[1, 2], [3]]), /classMetrics: a confusion matrix is square/);
});

test.run();
