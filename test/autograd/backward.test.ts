import { setImmediate } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { defineOp } from "../../lib/autograd/define_op.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { AutogradError, DisposedError } from "../../lib/base/errors.ts";
import { add } from "../../lib/ops/add.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { linear } from "../../lib/ops/linear.ts";
import { matmul } from "../../lib/ops/matmul.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { reshape } from "../../lib/ops/reshape.ts";
import { sub } from "../../lib/ops/sub.ts";
import { sum } from "../../lib/ops/sum.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { guardMemory } from "../support/guarded_memory.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("backward");

let endGuard: () => void;
test.before(() => {
  endGuard = guardMemory();
});
test.after(() => endGuard());

function leaf(values: number[] | number[][]): Tensor<"f32"> {
  const x = tensor(values);
  x.requiresGrad = true;
  return x;
}
const gradOf = (x: Tensor): number[] => [...(x.grad?.data ?? [])];
const throws = (body: () => unknown, message: string): void =>
  assert.throws(body, (error: unknown) => error instanceof AutogradError && error.message === message);

test("a leaf used several times receives the sum over all paths", () => {
  const x = leaf([1, 2, 3]);
  backward(sum(mul(x, x)));
  assert.equal(gradOf(x), [2, 4, 6]);
  const y = leaf([1, 2, 3]);
  backward(sum(add(add(y, y), y)));
  assert.equal(gradOf(y), [3, 3, 3]);
});

test("an intermediate result used several times sums before it flows on: a diamond", () => {
  const x = leaf([1, -2]);
  const y = mul(x, 3);
  backward(sum(add(mul(y, y), sub(y, mul(y, 2))))); // 9x² − 3x
  assert.equal(gradOf(x), [18 - 3, -36 - 3]);
});

test("a gradient handed on unchanged to two receivers is not shared by them", () => {
  const [a, b] = [leaf([1, 2]), leaf([3, 4])];
  backward(sum(add(a, b)));
  assert.equal(gradOf(a), [1, 1]);
  a.grad?.data.fill(7);
  assert.equal(gradOf(b), [1, 1]);
  const [c, d] = [leaf([1, 2]), leaf([3, 4])];
  const y = add(reshape(c, [2, 1]), reshape(d, [2, 1]));
  backward(sum(mul(add(y, y), 2)));
  assert.equal(gradOf(c), [4, 4]);
  c.grad?.data.fill(7);
  assert.equal(gradOf(d), [4, 4]);
});

test("an operation may add to what has come of a gradient, unless others read that memory", () => {
  const offered: boolean[] = [];
  const twice = defineOp("twice", {
    forward: (_, x: Tensor) => mul(x, 2),
    backward({ sums: [sum] }, dy) {
      offered.push(sum !== null);
      const dx = sum ?? zeros(dy.shape);
      dx.data.forEach((value, i) => {
        dx.data[i] = value + 2 * dy.values[i];
      });
      return [dx];
    },
  });
  const x = leaf([1, 2]);
  const h = mul(x, 3);
  // The latest first: the sum's gradient reaches h as a view, of which the second reader is the first `twice`.
  backward(sum(add(add(twice(h), twice(h)), h)));
  assert.equal([...(x.grad as Tensor).data], [15, 15]);
  assert.equal(offered, [false, true]);
});

test("gradients of several calls add up, in place", () => {
  const x = leaf([1, 2]);
  backward(sum(mul(x, 2)));
  const first = x.grad;
  backward(sum(mul(x, 5)));
  assert.equal(gradOf(x), [7, 7]);
  assert.is(x.grad, first);
});

test("only what requires a gradient receives one", () => {
  const x = leaf([1, 2]);
  const constant = tensor([3, 4]);
  const y = mul(x, constant);
  backward(sum(y));
  assert.is(constant.grad, null);
  assert.is(y.grad, null);
  assert.equal(gradOf(x), [3, 4]);
});

test("a chain of ten thousand operations does not overflow the stack", () => {
  const x = leaf([1, 1, 1, 1, 1]);
  let y: Tensor = x;
  for (let i = 0; i < 10_000; i++) y = add(y, x);
  backward(sum(y));
  assert.equal(gradOf(x), Array(5).fill(10_001));
});

test("a loss that is no scalar, or has no graph, is refused", () => {
  throws(
    () => backward(mul(leaf([1, 2]), 2)),
    "backward: loss must be a scalar; got [2]. Reduce it first, e.g. mean(loss).",
  );
  const nothing =
    "backward: nothing to differentiate; no tensor with requiresGrad led to this loss, or it was computed inside noGrad.";
  throws(() => backward(sum(tensor([1, 2]))), nothing);
  throws(() => backward(noGrad(() => sum(leaf([1, 2])))), nothing);
});

test("a graph can be used once, or again after retainGraph", () => {
  const x = leaf([3]);
  const loss = sum(mul(x, x));
  backward(loss, { retainGraph: true });
  backward(loss);
  assert.equal(gradOf(x), [12]);
  throws(
    () => backward(loss),
    "backward: the graph of sum was freed by an earlier backward(); pass { retainGraph: true } to that one.",
  );
});

test("two losses that share a part of their graph need retainGraph for the first", () => {
  const x = leaf([3]);
  const shared = mul(x, x);
  const [a, b] = [sum(shared), sum(mul(shared, 2))];
  backward(a);
  throws(
    () => backward(b),
    "backward: the graph of mul was freed by an earlier backward(); pass { retainGraph: true } to that one.",
  );
});

test("a tensor may be disposed of between forward and backward, if an op needs its values or not", () => {
  const x = leaf([1, 2, 3]);
  const y = mul(x, 2);
  const z = mul(y, y);
  const loss = sum(z);
  for (const temporary of [y, z]) temporary.dispose();
  backward(loss);
  assert.equal(gradOf(x), [8, 16, 24]);
});

test("outputs live until the next backward is done; kept ones and scalars longer", () => {
  const x = leaf([1, 2]);
  const hidden = mul(x, 2);
  const kept = mul(x, 3).keep();
  const loss = sum(mul(hidden, kept));
  backward(loss);
  assert.equal([...hidden.data], [2, 4]);
  backward(sum(mul(x, x)));
  assert.throws(
    () => hidden.data,
    (error: unknown) => error instanceof DisposedError,
  );
  assert.equal([...kept.data], [3, 6]);
  assert.is(loss.item(), 30);
  assert.equal([...x.data], [1, 2]);
});

test("with retainGraph nothing is freed", () => {
  const x = leaf([1, 2]);
  const y = mul(x, x);
  const loss = sum(y);
  backward(loss, { retainGraph: true });
  backward(sum(mul(x, 2)));
  assert.equal([...y.data], [1, 4]);
  backward(loss);
  assert.equal(gradOf(x), [6, 10]);
});

test("noGrad records nothing, nests, and ends with an error", () => {
  const x = leaf([1]);
  noGrad(() => {
    assert.is(mul(x, 2).requiresGrad, false);
    noGrad(() => 0);
    assert.is(mul(x, 2).requiresGrad, false);
  });
  assert.throws(() =>
    noGrad(() => {
      throw new Error("inside");
    }),
  );
  assert.is(mul(x, 2).requiresGrad, true);
  assert.throws(() => noGrad(async () => 0), /noGrad: the body must not be async/);
});

test("inside a scope gradients of leaves survive its end, and all else is given back", () => {
  const x = leaf([1, 2]);
  const w = leaf([[1], [2]]);
  const step = (): void =>
    scope(() => {
      const loss = sum(relu(matmul(reshape(x, [1, 2]), w)));
      backward(loss);
    });
  assert.is(leaks(step), 0);
  assert.equal(gradOf(w), [2, 4]);
  assert.equal(gradOf(x), [2, 4]);
});

test("a leaf made inside a scope goes with it, its gradient when that is collected or disposed of", () => {
  const body = (): void => {
    const grad = scope(() => {
      const x = leaf([1, 2]);
      backward(sum(mul(x, x)));
      return x.grad;
    });
    assert.equal([...(grad?.data ?? [])], [2, 4]);
    grad?.dispose();
  };
  assert.is(leaks(body), 0);
});

test("a thousand training steps without scope or dispose stay flat, and leave nothing behind", async () => {
  const x = tensor(uniform64([64, 32], 1).data, [64, 32]);
  const labels = tensor(
    Array.from({ length: 64 }, (_, i) => i % 10),
    [64],
    "i32",
  );
  const parameters = [[32, 48], [48], [48, 10], [10]].map((shape, i) => {
    const p = tensor(uniform64(shape, 2 + i, -0.2, 0.2).data, shape);
    p.requiresGrad = true;
    return p;
  });
  const [w1, b1, w2, b2] = parameters;
  const step = (): number => {
    for (const p of parameters) p.grad?.data.fill(0);
    const loss = crossEntropy(linear(relu(linear(x, w1, b1)), w2, b2), labels);
    backward(loss);
    for (const p of parameters) {
      p.data.forEach((value, i, data) => {
        data[i] = value - 0.1 * (p.grad?.data[i] ?? 0);
      });
    }
    return loss.item();
  };
  const collect = async (): Promise<number> => {
    for (let i = 0; i < 3; i++) {
      (globalThis as unknown as { gc(): void }).gc();
      await setImmediate();
    }
    return memoryUsage().inUseBytes;
  };
  const first = step();
  step();
  const before = await collect();
  let peak = 0;
  let last = 0;
  for (let i = 0; i < 1000; i++) {
    last = step();
    peak = Math.max(peak, memoryUsage().inUseBytes);
  }
  // Scalars wait for the garbage collector: at most a few of 64 bytes per step. The activations are 30 KB per step.
  assert.ok(peak - before < 300_000, `${peak - before} bytes above the start`);
  assert.is((await collect()) - before, 0);
  assert.ok(last < first / 2, `loss ${first} → ${last}`);
});

test.run();
