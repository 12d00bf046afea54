import { readFileSync } from "node:fs";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { embeddedKernels, unweave } from "../../lib/runtime/embedded_kernels.ts";

const test = suite("embedded kernels");

const { weave } = (await import(new URL("../../scripts/weave.mjs", import.meta.url).href)) as {
  weave(left: Buffer, right: Buffer): string;
};

const VARIANTS = ["simd", "relaxed"] as const;

/** Runs the body on a host that has this in place of Buffer and Uint8Array.fromHex. */
function withHost<T>(host: { Buffer?: typeof Buffer; fromHex?: (hex: string) => Uint8Array }, body: () => T): T {
  const places = [
    [globalThis, "Buffer", host.Buffer],
    [Uint8Array, "fromHex", host.fromHex],
  ] as const;
  const before = places.map(([object, name]) => Object.getOwnPropertyDescriptor(object, name));
  for (const [object, name, value] of places) Object.defineProperty(object, name, { value, configurable: true });
  try {
    return body();
  } finally {
    for (const [i, [object, name]] of places.entries()) {
      if (before[i]) Object.defineProperty(object, name, before[i]);
      else Reflect.deleteProperty(object, name);
    }
  }
}

const HOSTS = {
  Node: { Buffer },
  "a browser": {
    fromHex: (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  },
  "a browser without Uint8Array.fromHex": {},
};

for (const [name, host] of Object.entries(HOSTS)) {
  test(`${name} decodes the bytes of the build, to the last, in both variants`, () => {
    for (const variant of VARIANTS) {
      const decoded = withHost(host, () => embeddedKernels(variant)) as Uint8Array;
      const built = readFileSync(`build/kernels.${variant}.wasm`);
      assert.is(decoded.length, built.length, variant);
      assert.ok(built.equals(decoded), variant);
    }
  });
}

test("two binaries come out of their weave as they went in, whatever they are", () => {
  const bytes = fc.uint8Array({ max: 3, maxLength: 40 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, bytes, bytes, bytes, (head, left, right, tail) => {
      const pair = [Buffer.concat([head, left, tail]), Buffer.concat([head, right, tail])] as const;
      const woven = weave(...pair);
      assert.match(woven, /^([0-9a-f]|\([0-9a-f]*\|[0-9a-f]*\))*$/);
      for (const [i, variant] of VARIANTS.entries()) assert.is(unweave(woven, variant), pair[i].toString("hex"));
    }),
  );
});

test("what both share is written once", () => {
  const weaveHex = (left: string, right: string): string => weave(Buffer.from(left, "hex"), Buffer.from(right, "hex"));
  assert.is(weaveHex("", ""), "");
  assert.is(weaveHex("010203", "010203"), "010203");
  assert.is(weaveHex("01", "01ff"), "01(|ff)");
  assert.is(weaveHex("0a01fde601020304", "0a01020304"), "0a01(fde601|)020304");
  assert.is(weaveHex("0102fde6030405", "01ff02fd85030405"), "01(02fde6|ff02fd85)030405");
});

test("the second variant adds less than a twentieth to the text of the first", () => {
  const one = readFileSync("build/kernels.simd.wasm").length * 2;
  const both = readFileSync("build/woven_kernels.js", "utf8").length;
  assert.ok(both < 1.05 * one, `${both} characters for both, ${one} for one`);
});

test.run();
