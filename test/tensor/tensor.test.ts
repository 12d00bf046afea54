import { setImmediate } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { defineOp } from "../../lib/autograd/define_op.ts";
import { DisposedError, DTypeError, ShapeError } from "../../lib/base/errors.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { DISPOSE, scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { viewOf } from "../../lib/tensor/view.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("Tensor");

/** Bytes in use once the garbage collector has run. */
async function collect(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await setImmediate();
  }
  return memoryUsage().inUseBytes;
}

test("data is the memory itself: writing changes the tensor, and it survives growth of the arena", () => {
  const x = tensor([1, 2, 3]);
  x.data[1] = 9;
  const large = zeros([4_000_000]);
  assert.equal([...x.data], [1, 9, 3]);
  large.dispose();
});

test("asking for data counts as a write, also through a view; reading by other means does not", () => {
  const x = tensor([1, 2]);
  const view = viewOf(x, [1], 1);
  const other = tensor([3]);
  const fresh = x.version;
  x.toArray();
  view.item();
  String(x);
  other.data[0] = 4;
  assert.is(x.version, fresh);
  view.data[0] = 5;
  const written = x.version;
  assert.is.not(written, fresh);
  assert.is(view.version, written);
  x.data.fill(6);
  assert.not.ok([fresh, written].includes(x.version));
});

test("what was brought back from the JS heap is of another version: it may have been written to there", () => {
  const x = tensor([1, 2]);
  const before = x.version;
  x.moveToHeap();
  x.data[0] = 3;
  assert.is.not(x.version, before);
  assert.equal(x.toArray(), [3, 2]);
});

test("item gives the only element, and refuses any other size", () => {
  assert.is(tensor(3).item(), 3);
  assert.is(tensor([[[4]]]).item(), 4);
  assert.throws(
    () => tensor([1, 2]).item(),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message === "item: needs exactly one element; got [2]. Use .data or .toArray().",
  );
});

test("dispose gives the memory back at once; twice is fine; using it afterwards is refused", () => {
  const before = memoryUsage().inUseBytes;
  const x = zeros([100]);
  x.dispose();
  x.dispose();
  assert.is(memoryUsage().inUseBytes, before);
  assert.is(x.isDisposed, true);
  for (const use of [() => x.data, () => x.ptr, () => x.toArray(), () => viewOf(x, [100])]) {
    assert.throws(
      use,
      (error: unknown) => error instanceof DisposedError && /\[100\] was given back/.test(error.message),
    );
  }
  assert.equal(x.shape, [100]);
});

test("using disposes at the end of the block, also by an error", () => {
  assert.is(
    leaks(() => {
      using x = zeros([100]);
      x.data[0] = 1;
    }),
    0,
  );
  const fails = (): void => {
    using x = zeros([100]);
    throw new Error(`inside, ${x.size}`);
  };
  assert.is(
    leaks(() => assert.throws(fails, /inside, 100/)),
    0,
  );
  assert.type(zeros([1])[DISPOSE as typeof Symbol.dispose], "function");
});

test("views share memory, and the last of them gives it back, in any order", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
  ]) {
    const before = memoryUsage().inUseBytes;
    const x = tensor([1, 2, 3, 4, 5, 6]);
    const rows = viewOf(x, [2, 3]);
    const last = viewOf(rows, [3], 3);
    last.data[0] = 9;
    assert.is(x.data[3], 9);
    const all = [x, rows, last];
    for (const i of order.slice(0, 2)) all[i].dispose();
    assert.ok(memoryUsage().inUseBytes > before);
    assert.is(all[order[2]].isShared, false);
    all[order[2]].dispose();
    assert.is(memoryUsage().inUseBytes, before);
  }
});

test("a view of bytes may start anywhere", () => {
  const x = tensor(Uint8Array.from([1, 2, 3, 4, 5]));
  assert.equal([...viewOf(viewOf(x, [4], 1), [2], 1).data], [3, 4]);
});

test("what nobody holds any more comes back by the garbage collector; a view keeps it alive", async () => {
  const before = await collect();
  const abandon = (): void => {
    for (let i = 0; i < 100; i++) zeros([1000]);
  };
  abandon();
  assert.ok(memoryUsage().inUseBytes >= before + 400_000);
  assert.is(await collect(), before);

  const view = (() => viewOf(tensor([1, 2, 3, 4]), [2], 2))();
  await collect();
  assert.equal([...view.data], [3, 4]);
  view.dispose();
  assert.is(await collect(), before);
});

test("the garbage collector frees what has left every scope, returned or kept, or has come back from the JS heap", async () => {
  const before = await collect();
  const leave = (): void => {
    scope(() => scope(() => zeros([1000])));
    scope(() => void zeros([1000]).keep());
    const heaped = zeros([1000]);
    heaped.moveToHeap();
    assert.ok(heaped.ptr > 0);
  };
  leave();
  assert.ok(memoryUsage().inUseBytes >= before + 12_000);
  assert.is(await collect(), before);
});

test("requiresGrad is true or false, and true of f32 alone", () => {
  const x = ones([2]);
  assert.throws(
    () => Object.assign(x, { requiresGrad: "yes" }),
    /^tensor: requiresGrad must be true or false; got "yes"\.$/,
  );
  assert.not(x.requiresGrad);
  for (const dtype of ["i32", "u8"] as const) {
    const integers = zeros([2, 3], dtype);
    assert.throws(
      () => Object.assign(integers, { requiresGrad: true }),
      (error: Error) =>
        error instanceof DTypeError && /only f32 has gradients; .* Tensor (i32|u8)\[2, 3\]\.$/.test(error.message),
    );
    integers.requiresGrad = false;
  }
  const rounded = defineOp<[Tensor], Tensor<"i32">>("rounded", {
    forward({ save }, input) {
      save(input);
      return tensor(Int32Array.from(input.values, Math.round));
    },
    backward: () => [null],
  });
  x.requiresGrad = true;
  assert.is(
    leaks(() => rounded(x).dispose()),
    0,
  );
  assert.not(rounded(x).requiresGrad);
});

test.run();
