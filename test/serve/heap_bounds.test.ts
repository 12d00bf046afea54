import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundHeap, youngBytes } from "../../serve/node/heap_bounds.ts";

const test = suite("heap_bounds");

test("under load V8's young generation ends between 8 and 16 MB, where it would grow to 32 and more", async () => {
  boundHeap();
  const kept: object[] = [];
  for (let turn = 0; turn < 100; turn++) {
    for (let i = 0; i < 20_000; i++) kept[i] = { turn, i, more: [turn, i] };
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(youngBytes() >= 8e6 && youngBytes() < 17.5e6, `${youngBytes()} bytes`);
});

test.run();
