import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { bytes, concat, double, float, integer, message, packedIntegers, text } from "../../lib/formats/protobuf.ts";
import { readProtobuf } from "../support/read_protobuf.ts";

const test = suite("protobuf");

/** @example of("08 96 01") // the bytes */
function of(hex: string): Uint8Array {
  return Uint8Array.from(hex.split(" "), (pair) => Number.parseInt(pair, 16));
}

test("the examples of the format's specification come out as they stand there", () => {
  assert.equal(integer(1, 150), of("08 96 01"));
  assert.equal(text(2, "testing"), of("12 07 74 65 73 74 69 6e 67"));
  assert.equal(message(3, [integer(1, 150)]), of("1a 03 08 96 01"));
  assert.equal(packedIntegers(6, [3, 270, 86942]), of("32 06 03 8e 02 9e a7 05"));
  assert.equal(integer(1, -2), of("08 fe ff ff ff ff ff ff ff ff 01"));
});

test("fixed numbers are little-endian, behind a key of their width", () => {
  assert.equal(float(2, 1.5), of("15 00 00 c0 3f"));
  assert.equal(double(1, -2), of("09 00 00 00 00 00 00 00 c0"));
  assert.equal(float(16, 0), of("85 01 00 00 00 00"));
});

test("empty contents are fields all the same", () => {
  assert.equal(text(2, ""), of("12 00"));
  assert.equal(message(2, []), of("12 00"));
  assert.equal(packedIntegers(2, []), of("12 00"));
  assert.is(concat([]).length, 0);
});

test("what an independent reader finds is what was written", () => {
  const safe = fc.maxSafeInteger();
  const values = fc.record({
    int: safe,
    list: fc.array(safe),
    f64: fc.double(),
    f32: fc.float(),
    words: fc.string({ unit: "grapheme" }),
    raw: fc.uint8Array({ maxLength: 300 }),
    field: fc.integer({ min: 20, max: 2 ** 28 }),
  });
  fc.assert(
    fc.property(values, ({ int, list, f64, f32, words, raw, field }) => {
      const inner = [integer(1, int), packedIntegers(2, list), double(3, f64), float(4, f32)];
      const read = readProtobuf(concat([message(field, inner), text(5, words), bytes(6, raw)]));
      assert.equal(read.fields, [field, 5, 6]);
      const nested = read.message(field);
      assert.is(nested.number(1), int);
      assert.equal(nested.packed(2), list);
      assert.ok(Object.is(nested.double(3), f64) && Object.is(nested.float(4), f32));
      assert.is(read.text(5), words);
      assert.equal([...read.bytes(6)], [...raw]);
    }),
    { seed: 1 },
  );
});

test("numbers that would be rounded, and fields that there are none of, are refused", () => {
  for (const value of [0.5, Number.NaN, 2 ** 53]) {
    assert.throws(() => integer(1, value), isOptionError(/must be within/));
    assert.throws(() => packedIntegers(1, [1, value]), isOptionError(/must be within/));
  }
  for (const field of [0, -1, 1.5, 2 ** 29]) {
    assert.throws(() => integer(field, 1), isOptionError(/number must be an integer from 1/));
  }
});

function isOptionError(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof OptionError && pattern.test(error.message);
}

test.run();
