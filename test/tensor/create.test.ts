import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DTypeError, ShapeError } from "../../lib/base/errors.ts";
import { empty, full, ones, tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

const test = suite("tensor");

test("shape and dtype follow from the values unless they are given", () => {
  assert.equal(tensor(5).shape, []);
  assert.equal(tensor([1, 2, 3]).shape, [3]);
  assert.equal(tensor([[[1], [2]]]).shape, [1, 2, 1]);
  assert.equal(tensor([]).shape, [0]);
  assert.equal(tensor([[], []]).shape, [2, 0]);
  assert.equal(tensor([1, 2, 3, 4], [2, 2]).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  assert.is(tensor([1.5]).dtype, "f32");
  assert.is(tensor(new Int32Array(2)).dtype, "i32");
  assert.is(tensor(new Uint8Array(2)).dtype, "u8");
  assert.is(tensor(new Float64Array(2)).dtype, "f32");
  assert.is(tensor([1, 2], [2], "u8").dtype, "u8");
});

test("nested arrays give their numbers in order, and toArray() gives them back", () => {
  const nested = [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    [
      [7, 8],
      [9, 10],
      [11, 12],
    ],
  ];
  assert.equal([...tensor(nested).data], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.equal(tensor(nested).toArray(), nested);
  assert.equal(tensor([new Float32Array([1, 2]), new Float32Array([3, 4])]).toArray(), [
    [1, 2],
    [3, 4],
  ]);
});

test("ragged nesting is refused wherever it shows", () => {
  const ragged: unknown[] = [[[1, 2], [3]], [[1, 2], 3], [1, [2]], [1, [2, 3]], [[1, [2]]], [[1], [[2]]], [[1, 2], []]];
  for (const values of ragged) {
    assert.throws(
      () => tensor(values as number[]),
      (error: unknown) => error instanceof ShapeError && error.message.startsWith("tensor: ragged nesting"),
      JSON.stringify(values),
    );
  }
});

test("what is no number is refused", () => {
  for (const values of [["1"], "12", null, [null], [undefined, 1], [{}], [1n], new BigInt64Array(2), [true]]) {
    assert.throws(
      () => tensor(values as unknown as number[]),
      (error: unknown) => error instanceof DTypeError && error.message.startsWith("tensor: "),
      String(values),
    );
  }
});

test("values and shape that differ in size are named", () => {
  assert.throws(
    () => tensor([1, 2, 3], [2, 2]),
    (error: unknown) =>
      error instanceof ShapeError && error.message === "tensor: 3 values do not fill [2, 2], which holds 4.",
  );
});

test("the type says what the values decide", () => {
  // Assignments that tsc checks: without a dtype, typed arrays give theirs, and all else f32.
  const i32: Tensor<"i32"> = tensor(Int32Array.of(1, 2), [2, 1]);
  const u8: Tensor<"u8"> = tensor(Uint8ClampedArray.of(1, 2));
  const f32: Tensor<"f32"> = tensor(Float64Array.of(1, 2));
  const named: Tensor<"f32"> = tensor(Int32Array.of(1, 2), [2], "f32");
  assert.equal([i32, u8, f32, named].map(({ dtype }) => dtype), ["i32", "u8", "f32", "f32"]); // biome-ignore format: one line
});

test("integers outside a dtype's range are refused", () => {
  for (const [value, dtype] of [
    [256, "u8"],
    [-1, "u8"],
    [0.5, "i32"],
    [2 ** 31, "i32"],
    [Number.NaN, "i32"],
  ] as const) {
    assert.throws(
      () => tensor([0, value], [2], dtype),
      (error: unknown) => error instanceof DTypeError && error.message.includes(`${value} at index 1 is not ${dtype}`),
    );
  }
});

test("full refuses them too, rather than wrap or round", () => {
  for (const [value, dtype] of [
    [300, "u8"],
    [1.5, "i32"],
    [Number.NaN, "u8"],
  ] as const) {
    assert.throws(
      () => full([2], value, dtype),
      (error: unknown) => error instanceof DTypeError && error.message.startsWith(`full: ${value} `),
    );
  }
});

test("from JavaScript, a shape that is no array and an unknown dtype are named", () => {
  assert.throws(
    () => zeros(3 as unknown as number[]),
    (error: unknown) => error instanceof ShapeError && /a shape is an array .* got 3\./.test(error.message),
  );
  assert.throws(
    () => zeros([2], "f64" as "f32"),
    (error: unknown) => error instanceof DTypeError && /one of f32, i32, u8; got "f64"\./.test(error.message),
  );
});

test("dimensions that are no integers ≥ 0 are refused", () => {
  for (const shape of [[-1], [1.5], [Number.NaN], [2, Number.POSITIVE_INFINITY]]) {
    assert.throws(() => empty(shape), /dimensions must be integers ≥ 0/);
  }
});

test("a tensor's shape is its own: changing the array it was made with changes nothing", () => {
  const shape = [2, 3];
  const t = zeros(shape);
  shape[0] = 7;
  assert.equal(t.shape, [2, 3]);
  assert.throws(() => {
    (t.shape as number[])[0] = 7;
  }, TypeError);
});

test("zeros, ones and full fill", () => {
  assert.equal([...zeros([2]).data, ...ones([2]).data, ...full([2], 0.5).data], [0, 0, 1, 1, 0.5, 0.5]);
  assert.equal([...full([2], 7, "u8").data], [7, 7]);
});

test.run();
