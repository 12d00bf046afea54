import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { roundAtLeast } from "../../lib/plot/round_number.ts";
import { linearAxis, logAxis } from "../../lib/plot/ticks.ts";

const test = suite("ticks");

const labels = (axis: ReturnType<typeof linearAxis>): string[] => axis.ticks.map(axis.format);

test("ticks are round numbers around what is shown", () => {
  assert.equal(labels(linearAxis(0, 1)), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.equal(labels(linearAxis(98.13, 99.42)), ["98.0", "98.5", "99.0", "99.5"]);
  assert.equal(labels(linearAxis(-3, 12)), ["−5", "0", "5", "10", "15"]);
  assert.equal(labels(linearAxis(0, 2e-5, { intervals: 2 })), ["0", "1e-5", "2e-5"]);
  assert.equal(labels(linearAxis(0, 3e7, { intervals: 3 })), ["0", "1e7", "2e7", "3e7"]);
});

test("an axis ends at its maximum, and counts have no fractions", () => {
  assert.equal(labels(linearAxis(99.1, 99.99, { max: 100 })), ["99.0", "99.2", "99.4", "99.6", "99.8", "100.0"]);
  assert.equal(labels(linearAxis(1, 3, { intervals: 10, minStep: 1 })), ["1", "2", "3"]);
});

test("a round number is found for every number, and 10^308 for what has none", () => {
  assert.equal(roundAtLeast(0.03), { mantissa: 5, exponent: -2 });
  assert.equal(roundAtLeast(1e300), { mantissa: 1, exponent: 300 });
  const most = { mantissa: 1, exponent: 308 };
  for (const value of [1.7e308, Number.POSITIVE_INFINITY, Number.NaN])
    assert.equal(roundAtLeast(value), most, `${value}`);
  for (const value of [0, -0, 5e-324]) assert.ok(Number.isFinite(roundAtLeast(value).exponent), `${value}`);
});

test("a constant gets room around it", () => {
  for (const value of [0, 2.3, -7, 1e-6, 100]) {
    const { from, to, ticks } = linearAxis(value, value);
    assert.ok(from < value && value < to, `${value}: ${from} … ${to}`);
    assert.ok(ticks.length >= 2);
  }
});

test("whatever the range, ticks ascend evenly, enclose it, are few and print differently", () => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-9);
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      fc.pre(low === high || high - low > 1e-6 * Math.max(Math.abs(low), high));
      const axis = linearAxis(low, high);
      const slack = 1e-8 * (axis.to - axis.from);
      assert.ok(axis.from <= low + slack && axis.to >= high - slack, `${low} … ${high}: ${axis.from} … ${axis.to}`);
      assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 8, `${low} … ${high}: ${axis.ticks}`);
      assert.is(new Set(labels(axis)).size, axis.ticks.length, `${low} … ${high}: ${labels(axis)}`);
    }),
    { numRuns: 1000, seed: 5 },
  );
});

test("a logarithmic axis has ticks at 1, 2 and 5, or at powers of ten where those would be many", () => {
  assert.equal(labels(logAxis(0.06, 2.4)), ["0.05", "0.1", "0.2", "0.5", "1", "2", "5"]);
  assert.equal(labels(logAxis(0.0031, 2.4)), ["0.01", "0.1", "1"]);
  assert.equal(labels(logAxis(1e-6, 0.5)), ["1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1"]);
});

test("whatever the range, a logarithmic axis encloses it with two to nine ticks", () => {
  const exponent = fc.double({ min: -60, max: 60, noNaN: true });
  fc.assert(
    fc.property(exponent, exponent, (a, b) => {
      fc.pre(Math.abs(a - b) > 1.3);
      const [low, high] = [10 ** Math.min(a, b), 10 ** Math.max(a, b)];
      const { from, to, ticks } = logAxis(low, high);
      assert.ok(from <= low && to >= high, `${low} … ${high}: ${from} … ${to}`);
      assert.ok(ticks.length >= 2 && ticks.length <= 9, `${low} … ${high}: ${ticks}`);
    }),
    { numRuns: 1000, seed: 6 },
  );
});

test.run();
