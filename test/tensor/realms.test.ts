// Objects of another realm, as of a `vm` context, a test runner's sandbox or an iframe, are what they are.

import vm from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrayType } from "../../lib/base/array_type.ts";
import { OptionError } from "../../lib/base/errors.ts";
import * as simdgrad from "../../lib/index.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

const test = suite("objects of another realm");

// biome-ignore lint/suspicious/noExplicitAny: whatever the code there makes
const there = (code: string): any => vm.runInNewContext(code, { S: simdgrad });

test("they are of another realm", () => {
  assert.not.ok(there("new Int32Array(2)") instanceof Int32Array);
  assert.is(arrayType(there("new Int32Array(2)")), "Int32Array");
  assert.is(arrayType(there("new DataView(new ArrayBuffer(1))")), "DataView");
  assert.is(arrayType(there("[1]")), undefined);
});

test("typed arrays give the dtype that they give here", () => {
  const dtypes = there(`[Int32Array, Uint8Array, Uint8ClampedArray, Float32Array, Float64Array, Int16Array]
    .map((type) => S.tensor(new type([1, 2])).dtype).join()`);
  assert.is(dtypes, "i32,u8,u8,f32,f32,f32");
});

test("numbers, nested lists and shapes are read", () => {
  const x: Tensor = there("S.tensor([new Float32Array([1, 2]), [3, 4]])");
  assert.equal(x.toArray(), [
    [1, 2],
    [3, 4],
  ]);
  assert.equal(there("S.tensor(new Float32Array(6), [2, 3])").shape, [2, 3]);
  assert.throws(() => there("S.tensor(new BigInt64Array(2))"), /values must be numbers/);
  assert.throws(() => there("S.tensor(new DataView(new ArrayBuffer(4)))"), /values must be numbers/);
});

test("safetensors and IDX are written from their arrays and read from their bytes", () => {
  const read = there(`{
    const bytes = S.encodeSafetensors({ w: { dtype: "F32", shape: [2], data: new Float32Array([1, 2]) } });
    S.decodeSafetensors(new Uint8Array(bytes), "it").tensors.w.data.join();
  }`);
  assert.is(read, "1,2");
  const idx = there(`S.readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 5, 6]), "it")`);
  assert.equal([...idx.data], [5, 6]);
});

test("async functions are refused where they would run on too late", () => {
  for (const name of ["noGrad", "scope"]) {
    assert.throws(() => there(`S.${name}(async () => 1)`), (error: unknown) => error instanceof OptionError && /must not be async/.test(error.message)); // biome-ignore format: one line
  }
});

test("a module may hold its layers in lists and objects from there", () => {
  const net: simdgrad.Module = Object.assign(
    new simdgrad.ReLU(),
    there("({ blocks: [new S.Linear(1, 1)], heads: { a: new S.ReLU() } })"),
  );
  assert.equal(net.namedModules().map(([name]) => name), ["", "blocks.0", "heads.a"]); // biome-ignore format: one line
});

test("options from there are options", () => {
  assert.is(there(`new S.Linear(2, 2, { bias: false })`).bias, null);
  assert.is(there(`new S.SGD([S.ones([1])], { lr: 0.5 })`).lr, 0.5);
});

test.run();
