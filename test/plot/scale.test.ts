import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fractionAlong, log2 } from "../../lib/plot/scale.ts";
import { linearAxis, logAxis } from "../../lib/plot/ticks.ts";

const test = suite("scale");

test("log2 is the host's to 2⁻⁵⁰ of its size, and exact for powers of two", () => {
  const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(positive, (x) => {
      const expected = Math.log2(x);
      // 13 terms and a sum with the exponent, each rounded once.
      assert.ok(Math.abs(log2(x) - expected) <= 16 * 2 ** -53 * Math.max(1, Math.abs(expected)), `${x}: ${log2(x)}`);
    }),
    { numRuns: 2000, seed: 1 },
  );
  for (const e of [-1000, -1, 0, 1, 52, 1000]) assert.is(log2(2 ** e), e);
});

test("of what has no logarithm it is NaN", () => {
  for (const x of [0, -0, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
    assert.ok(Number.isNaN(log2(x)));
});

test("the ends of an axis lie at 0 and 1, its middle between them", () => {
  const linear = linearAxis(0, 10);
  assert.equal(
    [0, 5, 10, 15].map((v) => fractionAlong(linear, v)),
    [0, 0.5, 1, 1.5],
  );
  const log = logAxis(0.01, 1);
  assert.equal(
    [0.01, 1].map((v) => fractionAlong(log, v)),
    [0, 1],
  );
  assert.ok(Math.abs(fractionAlong(log, 0.1) - 0.5) < 1e-15);
});

test("on a logarithmic axis zero and negative values lie below it, at a finite place", () => {
  const log = logAxis(0.01, 1);
  for (const value of [0, -3, 1e-300]) {
    const fraction = fractionAlong(log, value);
    assert.ok(fraction < 0 && fraction > -1, String(fraction));
  }
});

test.run();
