import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { flatten } from "../../lib/ops/flatten.ts";
import { flatten64 } from "../../lib/selftest/ops64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { KernelModule } from "../support/kernel_module.ts";
import { testOp } from "../support/test_op.ts";

const test = suite("flatten");

for (const shape of [
  [2, 3, 5, 1],
  [3, 1, 1, 7],
  [2, 2, 3, 3],
  [2, 3, 3, 4],
  [1, 2, 2, 9],
  [5, 7, 1, 6],
  [0, 2, 2, 3],
  [4],
  [2, 6],
  [2, 3, 5],
  [2, 3, 1, 2, 2],
]) {
  testOp(test, "flatten", flatten, flatten64, { shapes: [shape] });
}

test("one channel or one pixel costs nothing: the result shares the memory", () => {
  for (const shape of [
    [2, 3, 5, 1],
    [2, 1, 1, 5],
    [2, 7],
  ]) {
    const x = zeros(shape);
    assert.is(flatten(x).ptr, x.ptr, `[${shape}]`);
  }
});

test("a scalar has nothing to flatten", () => {
  assert.throws(
    () => flatten(tensor(1)),
    (error: unknown) => error instanceof ShapeError,
  );
});

test("the kernel copies images one by one, and writes nothing else", () => {
  const module = new KernelModule();
  const x = module.put(Float32Array.from({ length: 3 * 6 * 5 }, (_, i) => i));
  const y = module.output(3 * 6 * 5);
  module.kernels.flatten_f32(y.ptr, x.ptr, 6, 5, 2, 3);
  module.kernels.flatten_f32(y.ptr, x.ptr, 6, 5, 0, 2);
  module.checkCanaries();
  assert.equal(
    [...y.data],
    Array.from(y.data, (_, at) => Math.floor(at / 30) * 30 + (at % 6) * 5 + Math.floor((at % 30) / 6)),
  );
});

test.run();
