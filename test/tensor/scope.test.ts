import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { matmul } from "../../lib/ops/matmul.ts";
import { mul } from "../../lib/ops/mul.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("scope");

test("what is made inside is freed, but for what is returned, alone, in a list or an object", () => {
  let inner: Tensor | null = null;
  const alone = scope(() => {
    inner = zeros([3]);
    return ones([2]);
  });
  assert.ok((inner as unknown as Tensor).isDisposed);
  const [listed] = scope(() => [ones([2]), 1] as const);
  const { named } = scope(() => ({ named: ones([2]) }));
  for (const result of [alone, listed, named]) assert.equal([...result.data], [1, 1]);
});

test("an error frees everything", () => {
  const fails = () =>
    scope(() => {
      zeros([100]);
      throw new Error("in between");
    });
  assert.is(
    leaks(() => assert.throws(fails, "in between")),
    0,
  );
});

test("what an inner scope returns belongs to the outer one", () => {
  let result: Tensor | null = null;
  scope(() => {
    result = scope(() => zeros([3]));
    assert.not((result as Tensor).isDisposed);
  });
  assert.ok((result as unknown as Tensor).isDisposed);
});

test("keep() exempts a tensor from the scope it was made in, wherever it is called", () => {
  const inSame = scope(() => ({ list: [zeros([2]).keep()] }));
  assert.not(inSame.list[0].isDisposed);
  const inInner = scope(() => {
    const t = zeros([2]);
    scope(() => {
      t.keep();
    });
    return { list: [t] };
  });
  assert.not(inInner.list[0].isDisposed);
});

test("an async body is refused", () => {
  assert.throws(() => scope(async () => 1), /scope: the body must not be async/);
});

test("a forward pass that nobody differentiates leaves nothing behind, recorded though it was", () => {
  const w = ones([5, 3]);
  w.requiresGrad = true;
  const forward = () => relu(matmul(ones([4, 5]), w));
  assert.is(
    leaks(() => scope(() => forward().toArray())),
    0,
    "only numbers leave the scope",
  );
  assert.is(
    leaks(() =>
      scope(() => {
        forward();
        scope(() => forward()); // moves to the outer scope
      }),
    ),
    0,
    "nested",
  );
});

test("a loss that leaves its scope can still be differentiated, through any number of scopes", () => {
  const w = tensor([2, 3]);
  w.requiresGrad = true;
  const inside = memoryUsage().inUseBytes;
  const loss = scope(() => {
    mul(w, w); // not on the loss's path
    return scope(() => sum(mul(relu(mul(w, w)), 3)));
  });
  backward(loss);
  assert.equal([...(w.grad as Tensor).data], [12, 18]);
  w.grad?.dispose();
  loss.dispose();
  assert.is(memoryUsage().inUseBytes, inside);
});

test("a loss that was not returned cannot be differentiated, and the error says why", () => {
  const w = tensor([2, 3]);
  w.requiresGrad = true;
  let loss: Tensor | null = null;
  scope(() => {
    loss = sum(mul(w, w));
  });
  assert.throws(() => backward(loss as unknown as Tensor), /the graph of sum was freed at the end of its scope/);
});

test("a kept tensor keeps the graph behind it", () => {
  const w = tensor([2, 3]);
  w.requiresGrad = true;
  let loss: Tensor | null = null;
  scope(() => {
    scope(() => {
      loss = sum(mul(w, w)).keep();
    });
  });
  backward(loss as unknown as Tensor);
  assert.equal([...(w.grad as Tensor).data], [4, 6]);
});

test("a result computed from a tensor of the outer scope keeps that tensor's graph", () => {
  const w = tensor([2, 3]);
  w.requiresGrad = true;
  scope(() => {
    const h = relu(mul(w, 2));
    const unused = scope(() => sum(h));
    unused.dispose();
    scope(() => {
      sum(h); // freed with its own node, not with that of h
    });
    backward(sum(mul(h, h)));
  });
  assert.equal([...(w.grad as Tensor).data], [16, 24]);
});

test.run();
