import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../lib/base/crc32.ts";

const test = suite("crc32");

/** Bit by bit, as the PNG specification defines it. */
function reference(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

test("it gives the checksum that everybody knows, and PNG's of an empty IEND", () => {
  assert.is(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
  assert.is(crc32(new TextEncoder().encode("IEND")), 0xae426082);
});

test("four bytes at a time give what bits do, at every length and place", () => {
  const bytes = Uint8Array.from({ length: 70 }, (_, i) => (i * 181 + (i >> 2)) ^ 0x5a);
  for (let from = 0; from < 5; from++) {
    for (let to = from; to <= bytes.length; to++) {
      assert.is(crc32(bytes.subarray(from, to)), reference(bytes.subarray(from, to)));
    }
  }
});

test.run();
