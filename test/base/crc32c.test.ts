import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32c } from "../../lib/base/crc32c.ts";

const test = suite("crc32c");

test("it gives the checksums of RFC 3720's examples, and those that everybody knows", () => {
  const upwards = Uint8Array.from({ length: 32 }, (_, i) => i);
  const examples: [Uint8Array, number][] = [
    [new Uint8Array(0), 0],
    [new TextEncoder().encode("123456789"), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [upwards, 0x46dd794e],
    [upwards.slice().reverse(), 0x113fdb5c],
  ];
  for (const [bytes, expected] of examples) assert.is(crc32c(bytes).toString(16), expected.toString(16));
});

test("one flipped bit changes it", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
  const whole = crc32c(bytes);
  for (let bit = 0; bit < 800; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    assert.is.not(crc32c(flipped), whole);
  }
});

test.run();
