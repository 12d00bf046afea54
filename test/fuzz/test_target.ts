// testTarget: what `npm test` asks of a target: 10,000 mutations without a finding, and its corpus.

import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { corpusFaults } from "./corpus.ts";
import { fuzzTarget } from "./fuzz_target.ts";
import type { FuzzTarget } from "./target.ts";

const SEED = 16;

/** @param count fewer where one takes long */
export function testTarget(test: Test, target: FuzzTarget, count = 10_000): void {
  const { name, leastRefusals } = target;

  test(`${name}: of ${count} mutations each is refused as it should be, or read right`, async () => {
    const { accepted, outcomes, findings } = await fuzzTarget(target, { seed: SEED, from: 0, to: count });
    const faults = findings.map(({ index, what }) => `mutation ${index} of seed ${SEED} ${what}`);
    assert.equal(faults, []);
    // A mutator that has gone blind finds nothing either.
    assert.ok(accepted >= count / 50, `only ${accepted} are accepted`);
    assert.ok(outcomes.size - 1 >= leastRefusals, `only ${outcomes.size - 1} kinds of refusal`);
  });

  test(`${name}: what once went wrong does not again`, async () => {
    assert.equal(await corpusFaults(target), []);
  });
}
