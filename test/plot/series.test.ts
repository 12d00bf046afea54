import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { spread } from "../../lib/plot/panel.ts";
import { extremes, isDrawable, type Point, runningMean, stretches } from "../../lib/plot/series.ts";

const test = suite("series");

const pointsOf = (ys: readonly number[]): Point[] => ys.map((y, x) => ({ x, y }));
const values = fc.array(fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constantFrom(Number.NaN, 1 / 0)), {
  maxLength: 300,
});

test("gaps cut a series into stretches", () => {
  const points = pointsOf([Number.NaN, 1, 2, 1 / 0, 3, Number.NaN, Number.NaN]);
  assert.equal(
    stretches(points).map((stretch) => stretch.map(({ y }) => y)),
    [[1, 2], [3]],
  );
});

test("a number run.json could not hold is a gap: null, and what no axis reaches", () => {
  assert.equal(
    [0, -1, null, undefined, Number.NaN, 1 / 0, 1e200].map((y) => isDrawable(y as number)),
    [true, true, false, false, false, false, false],
  );
});

test("thinned out, a series keeps its order, its extremes and whether it has gaps, in three points a part", () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 40 }), (ys, count) => {
      const points = pointsOf(ys);
      const kept = extremes(points, count);
      assert.ok(kept.length <= 3 * count);
      assert.ok(kept.every(({ x, y }, i) => Object.is(y, ys[x]) && (i === 0 || x > kept[i - 1].x)));
      const drawn = (some: readonly Point[]): number[] => some.map(({ y }) => y).filter(isDrawable);
      assert.is(Math.min(...drawn(kept)), Math.min(...drawn(points)));
      assert.is(Math.max(...drawn(kept)), Math.max(...drawn(points)));
      assert.is(drawn(kept).length < kept.length, drawn(points).length < points.length);
    }),
    { numRuns: 500, seed: 2 },
  );
});

test("the running mean is the mean of the drawable neighbours, at the first and the last point too", () => {
  fc.assert(
    fc.property(values, fc.nat(9), fc.integer({ min: 1, max: 50 }), (ys, radius, count) => {
      const means = runningMean(pointsOf(ys), radius, count);
      if (ys.length === 0) return assert.is(means.length, 0);
      assert.equal([means[0].x, means[means.length - 1].x], [0, ys.length - 1]);
      for (const { x, y } of means) {
        const near = ys.slice(Math.max(0, x - radius), x + radius + 1).filter(isDrawable);
        const mean = near.reduce((sum, value) => sum + value, 0) / near.length;
        // The difference of two sums of at most 300 values of at most 9.
        assert.ok(Object.is(mean, y) || Math.abs(mean - y) <= 2 * 300 * 300 * 9 * 2 ** -53, `${x}: ${y}, not ${mean}`);
      }
    }),
    { numRuns: 500, seed: 4 },
  );
});

test("labels that would touch are moved apart, and stay within the panel", () => {
  assert.equal(spread([10, 50], 15, 0, 100), [10, 50]);
  assert.equal(spread([50, 54], 15, 0, 100), [44.5, 59.5]);
  assert.equal(spread([0, 2], 15, 0, 100), [0, 15]);
  assert.equal(spread([99, 100], 15, 0, 100), [85, 100]);
  assert.equal(spread([], 15, 0, 100), []);
});

test.run();
