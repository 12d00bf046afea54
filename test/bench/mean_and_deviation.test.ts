import { suite } from "uvu";
import * as assert from "uvu/assert";
import { meanAndDeviation } from "../../bench/mean_and_deviation.ts";

const test = suite("meanAndDeviation");

test("several values give their mean and the sample's standard deviation", () => {
  // Σ(v − 5)² = 32 over 8 − 1.
  assert.is(meanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9], 3), `5.000 ± ${Math.sqrt(32 / 7).toFixed(3)}`);
  assert.is(meanAndDeviation([99, 99], 2), "99.00 ± 0.00");
});

test("a single value has no deviation", () => {
  assert.is(meanAndDeviation([99.416], 2), "99.42");
});

test.run();
