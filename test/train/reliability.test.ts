import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError, reliabilityOf, ShapeError, tensor } from "../../lib/index.ts";
import { reliabilitySvg } from "../../lib/plot/index.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("reliabilityOf");

/** Two classes, the first of which has this probability. */
const logitsOf = (parts: readonly number[]) =>
  tensor(
    parts.flatMap((part) => [Math.log(part), Math.log(1 - part)]),
    [parts.length, 2],
  );
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}, not ${expected}`);

test("answers are grouped by how sure they are; the error is the weighted distance of right from sure", () => {
  // Two answers of 0.9, one of them right; two of 0.6, both right.
  const labels = tensor([0, 1, 0, 0], [4], "i32");
  const found = reliabilityOf(logitsOf([0.9, 0.9, 0.6, 0.6]), labels, { bins: 10 });
  assert.equal(
    found.bins.map(({ count }) => count),
    [0, 0, 0, 0, 0, 0, 2, 0, 0, 2].map((count, i) => (i === 5 ? 0 : count)),
  );
  near(found.error, 0.5 * Math.abs(1 - 0.6) + 0.5 * Math.abs(0.5 - 0.9));
  near(found.accuracy, 0.75);
  near(found.confidence, 0.75);
  near(found.loss, -(Math.log(0.9) + Math.log(0.1) + 2 * Math.log(0.6)) / 4);
});

test("by mass the groups have as many answers each, the least sure first", () => {
  const labels = tensor([0, 0, 0, 1], [4], "i32");
  const { bins, error } = reliabilityOf(logitsOf([0.99, 0.6, 0.97, 0.7]), labels, { bins: 2, by: "mass" });
  assert.equal(
    bins.map(({ count }) => count),
    [2, 2],
  );
  near(bins[0].confidence, 0.65);
  near(bins[0].accuracy, 0.5);
  near(error, 0.5 * 0.15 + 0.5 * 0.02);
});

test("one who is always as right as sure has no error, whatever the groups", () => {
  const labels = tensor([0, 1], [2], "i32");
  for (const by of ["width", "mass"] as const)
    near(reliabilityOf(logitsOf([0.5, 0.5]), labels, { bins: 1, by }).error, 0);
});

test("the diagram has a dot for each group with answers, and says the error", () => {
  const found = reliabilityOf(logitsOf([0.9, 0.9, 0.6, 0.6]), tensor([0, 1, 0, 0], [4], "i32"));
  const svg = reliabilitySvg(found, { title: "a <title>", subtitle: "four answers" });
  assert.is(svg.match(/<circle /g)?.length, 2);
  assert.match(svg, /calibration error 40\.00 %; four answers/);
  assert.match(svg, /a &lt;title&gt;/);
  assert.is(svg, reliabilitySvg(found, { title: "a <title>", subtitle: "four answers" }));
});

test("wrong shapes, labels and options are refused", () => {
  const labels = tensor([0, 1], [2], "i32");
  refuses(() => reliabilityOf(logitsOf([0.5]), labels), ShapeError, /logits must be \[N, classes\] and labels \[N\]/);
  refuses(() => reliabilityOf(logitsOf([0.5]), tensor([2], [1], "i32")), OptionError, /label/);
  refuses(() => reliabilityOf(logitsOf([0.5, 0.5]), labels, { bins: 0 }), OptionError, /bins/);
  refuses(() => reliabilityOf(logitsOf([0.5, 0.5]), labels, { by: "size" as never }), OptionError, /by/);
});

test.run();
