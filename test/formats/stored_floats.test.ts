import { suite } from "uvu";
import * as assert from "uvu/assert";
import { floatsOf } from "../../lib/formats/stored_floats.ts";

const test = suite("stored floats");
const ALL = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);

/** By the definition: (−1)^s·f·2⁻²⁴ below the smallest normal, (−1)^s·(1 + f/1024)·2^(e − 15) from there on. */
function half64(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign / 0 : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

test("each of the 65,536 half floats is the f32 of the same value", () => {
  const floats = floatsOf({ dtype: "F16", shape: [ALL.length], data: ALL }) as Float32Array;
  ALL.forEach((bits) => {
    assert.ok(Object.is(floats[bits], half64(bits)), `0x${bits.toString(16)}: ${floats[bits]}, not ${half64(bits)}`);
  });
});

test("each brain float is the f32 whose upper half it is", () => {
  const floats = floatsOf({ dtype: "BF16", shape: [ALL.length], data: ALL }) as Float32Array;
  const words = new Uint32Array(floats.buffer);
  ALL.forEach((bits) => {
    if (!Number.isNaN(floats[bits])) assert.is(words[bits], bits * 65536);
  });
  assert.ok(Number.isNaN(floats[0x7f81]) && floats[0x7f80] === Number.POSITIVE_INFINITY);
});

test("integers are no floats", () => {
  assert.is(floatsOf({ dtype: "I32", shape: [1], data: new Int32Array(1) }), null);
});

test.run();
