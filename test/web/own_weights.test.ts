// What is kept of somebody's own weights: of what anything else may have stored there only such.

import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readOwnWeights } from "../../web/read/own_weights.ts";

const test = suite("own weights");

test("what was kept comes back", () => {
  const own = { origin: "taught", weights: Uint8Array.of(1, 2, 3) };
  assert.equal(readOwnWeights(structuredClone(own)), own);
});

test("what is no such thing is none", () => {
  const weights = Uint8Array.of(1);
  for (const stored of [null, undefined, {}, { weights }, { origin: "shipped", weights }, { origin: "taught" }]) {
    assert.is(readOwnWeights(stored), null);
  }
  fc.assert(fc.property(fc.anything(), (stored) => readOwnWeights(stored) === null));
});

test.run();
