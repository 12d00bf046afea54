import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundYoungGeneration, youngBytes } from "../../serve/node/young_generation.ts";

const test = suite("young_generation");

test("under load V8's young generation stays below 17 MB, where it would grow to 32", async () => {
  boundYoungGeneration();
  const kept: object[] = [];
  for (let turn = 0; turn < 100; turn++) {
    for (let i = 0; i < 20_000; i++) kept[i] = { turn, i, more: [turn, i] };
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(youngBytes() >= 8e6 && youngBytes() < 17.5e6, `${youngBytes()} bytes`);
});

test.run();
