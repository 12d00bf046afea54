import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sha256 } from "../../lib/base/sha256.ts";

const test = suite("sha256");

test("it agrees with Node's for every length around the block's, however the bytes are cut", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length) % 256);
    const expected = createHash("sha256").update(bytes).digest("hex");
    assert.is(sha256(bytes), expected);
    for (const cut of [1, 63, 64, 65]) {
      assert.is(sha256(bytes.subarray(0, cut), bytes.subarray(cut, 2 * cut), bytes.subarray(2 * cut)), expected);
    }
  }
});

test("it reads shared memory", () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set([97, 98, 99]);
  assert.is(sha256(shared), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test.run();
