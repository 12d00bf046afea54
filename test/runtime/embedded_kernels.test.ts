import { readFileSync } from "node:fs";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { embeddedKernels, unweave } from "../../lib/runtime/embedded_kernels.ts";

const test = suite("embedded kernels");

const { encode, weave } = (await import(new URL("../../scripts/weave.mjs", import.meta.url).href)) as {
  encode(bytes: Iterable<number>): string;
  weave(left: Buffer, right: Buffer): string;
};

const VARIANTS = ["simd", "relaxed"] as const;

for (const variant of VARIANTS) {
  test(`the library holds the bytes of the build's ${variant} kernels, to the last`, () => {
    const decoded = embeddedKernels(variant) as Uint8Array;
    const built = readFileSync(`build/kernels.${variant}.wasm`);
    assert.is(decoded.length, built.length);
    assert.ok(built.equals(decoded));
  });
}

test("every byte has one text, in characters that any file of JavaScript may hold", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const texts = Array.from(all, (byte) => encode([byte]));
  assert.is(new Set(texts).size, 256);
  assert.is(texts.filter((text) => text.length === 1).length, 87);
  for (const text of texts) assert.match(text, /^[ !]?[(-~]$/);
  assert.equal(unweave(encode(all), "simd"), all);
});

test("two binaries come out of their weave as they went in, whatever they are", () => {
  const bytes = fc.uint8Array({ max: 3, maxLength: 40 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (head, left, right, tail) => {
      const pair = [Buffer.concat([head, left, tail]), Buffer.concat([head, right, tail])] as const;
      const woven = weave(...pair);
      assert.match(woven, /^([ !(-~]|#[ !(-~]*%[ !(-~]*&)*$/);
      for (const [i, variant] of VARIANTS.entries()) assert.ok(pair[i].equals(unweave(woven, variant)));
    }),
  );
});

test("what both share is written once", () => {
  const shown = (left: string, right: string): string => weave(Buffer.from(left, "hex"), Buffer.from(right, "hex"));
  const text = (hex: string): string => encode(Buffer.from(hex, "hex"));
  assert.is(shown("", ""), "");
  assert.is(shown("010203", "010203"), text("010203"));
  assert.is(shown("01", "01ff"), `${text("01")}#%${text("ff")}&`);
  assert.is(shown("0a01fde601020304", "0a01020304"), `${text("0a01")}#${text("fde601")}%&${text("020304")}`);
  assert.is(
    shown("0102fde6030405", "01ff02fd85030405"),
    `${text("01")}#${text("02fde6")}%${text("ff02fd85")}&${text("030405")}`,
  );
});

test("the second variant adds less than a twentieth to the text of the first", () => {
  const one = encode(readFileSync("build/kernels.simd.wasm")).length;
  const both = readFileSync("build/woven_kernels.js", "utf8").length;
  assert.ok(both < 1.05 * one, `${both} characters for both, ${one} for one`);
});

test.run();
