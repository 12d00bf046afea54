// Operations of users' own: what defineOp takes from outside, and what it refuses.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  add,
  backward,
  defineOp,
  empty,
  gradcheck,
  memoryUsage,
  mul,
  noGrad,
  ones,
  relu,
  scope,
  sum,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import { leaks } from "../support/leaks.ts";
import { read } from "../support/sources.ts";

const test = suite("operations of one's own");

const leakyRelu = defineOp("leakyRelu", {
  forward({ save }, x: Tensor, slope: number) {
    const y = empty(x.shape);
    const [from, to] = [x.values, y.data];
    for (let i = 0; i < x.size; i++) to[i] = from[i] > 0 ? from[i] : slope * from[i];
    save(x);
    return y;
  },
  backward({ args: [, slope], saved: [x] }, dy) {
    const dx = empty(x.shape);
    const [at, from, to] = [x.values, dy.values, dx.data];
    for (let i = 0; i < x.size; i++) to[i] = at[i] > 0 ? from[i] : slope * from[i];
    return [dx]; // one for each tensor among the arguments: the slope is a number
  },
});

function parameter(values: number[]): Tensor<"f32"> {
  return Object.assign(tensor(values), { requiresGrad: true });
}

test("the example of its docstring is the operation above, and passes gradcheck", () => {
  const docstring = read("lib/autograd/define_op.ts").match(/@example\n([\s\S]*?)\n \*\//)?.[1] ?? "";
  const lines = docstring.split("\n").map((line) => line.replace(/^ \*( {3})?/, ""));
  const definition = lines.slice(0, lines.indexOf("});") + 1).join("\n");
  assert.ok(definition.startsWith("const leakyRelu = defineOp("));
  assert.ok(read("test/autograd/custom_op.test.ts").includes(`\n${definition}\n`), "they differ");
  const rest = lines.slice(lines.indexOf("});") + 2);
  const run = new Function("tensor", "gradcheck", "leakyRelu", `${rest.join("\n")}\nreturn leakyRelu(x, 0.1);`);
  assert.equal(run(tensor, gradcheck, leakyRelu).toArray().map(Math.fround), [-0.2, 0.5, 3].map(Math.fround));
});

test("gradcheck finds a backward that is not forward's", () => {
  const wrong = defineOp("wrong", { forward: (_, x: Tensor) => mul(x, 2), backward: (_, dy) => [mul(dy, 3)] });
  assert.throws(() => gradcheck(wrong, [parameter([1])]), /1 of 1 elements differ/);
});

test("it is recorded like any other, and goes into a graph with others", () => {
  const x = parameter([-1, 2]);
  backward(sum(relu(leakyRelu(mul(x, 3), 0.5))));
  assert.equal(x.grad?.toArray(), [0, 3]);
  assert.not.ok(noGrad(() => leakyRelu(x, 0.5)).requiresGrad);
});

test("forward and backward may be made of other operations, which are not recorded themselves", () => {
  const cube = defineOp("cube", {
    forward({ save }, x: Tensor) {
      save(x);
      return mul(mul(x, x), x);
    },
    backward: ({ saved: [x] }, dy) => [mul(mul(mul(x, x), 3), dy)],
  });
  gradcheck(cube, [parameter([0.5, -1, 2])]);
  const x = parameter([2]).keep();
  const kept = leaks(() =>
    scope(() => {
      backward(sum(cube(x)));
      x.grad?.dispose();
      x.grad = null;
    }),
  );
  assert.is(kept, 0);
});

test("what forward makes, and neither returns, saves nor keeps, is freed behind it, without a scope too", () => {
  let kept: Tensor | null = null;
  const wasteful = defineOp("wasteful", {
    forward({ save }, x: Tensor) {
      const saved = mul(x, 2);
      save(saved);
      kept = mul(x, 3).keep();
      empty([100_000]);
      return mul(x, 1);
    },
    backward: ({ saved: [twice] }, dy) => [mul(twice, dy)],
  });
  const x = parameter([1]);
  const before = memoryUsage().inUseBytes;
  const y = wasteful(x);
  assert.ok(memoryUsage().inUseBytes < before + 100_000);
  backward(sum(y));
  assert.equal(
    [y, x.grad, kept].map((each) => each?.toArray()),
    [[1], [2], [3]],
  );
});

test("what forward saved is freed where it returns what it has disposed of", () => {
  const x = tensor([1, 2, 3]);
  const spent = defineOp("spent", {
    forward({ save }, input: Tensor<"f32">) {
      save(mul(input, 2));
      input.dispose();
      return input;
    },
    backward: (_, dy) => [dy],
  });
  x.requiresGrad = true;
  const before = memoryUsage().blocks;
  assert.throws(() => spent(x), /was given back by dispose/);
  assert.is(memoryUsage().blocks, before - 1);
});

test("what backward makes and does not return is freed behind it, without a scope too", () => {
  const wasteful = defineOp("wasteful", {
    forward: (_, x: Tensor) => mul(x, 1),
    backward(_, dy) {
      empty([100_000]);
      return [mul(dy, 1)];
    },
  });
  const x = parameter([1]);
  const loss = sum(wasteful(x));
  const before = memoryUsage().inUseBytes;
  backward(loss);
  assert.ok(memoryUsage().inUseBytes < before + 100_000);
});

test("backward may return dy, a saved tensor, an input, a tensor of elsewhere or one gradient twice: nobody's is taken away", () => {
  const weights = tensor([5, 6]);
  const odd = defineOp("odd", {
    inputs: { a: "f32", b: "f32", c: "f32", d: "f32", e: "f32", f: "f32" },
    forward({ save }, a: Tensor, ...others: [Tensor, Tensor, Tensor, Tensor, Tensor]) {
      save(a);
      return add(a, others[0]);
    },
    backward({ args: [, , c], saved: [a] }, dy) {
      const twice = mul(dy, 2);
      return [dy, a, c as Tensor<"f32">, weights, twice, twice];
    },
  });
  const inputs = [1, 2, 3, 4, 5, 6].map((value) => parameter([value, value])) as Parameters<typeof odd>;
  backward(sum(odd(...inputs)));
  const gradients = inputs.map(({ grad }) => grad?.toArray());
  assert.equal(gradients, [[1, 1], [1, 1], [3, 3], [5, 6], [2, 2], [2, 2]]); // biome-ignore format: one line
  for (const { grad } of inputs) grad?.data.fill(9);
  assert.equal([weights, ...inputs].map((each) => each.toArray()), [[5, 6], [1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6]]); // biome-ignore format: one line
});

test("forward may return its input: the result is another tensor, with its own history", () => {
  const identity = defineOp("identity", { forward: (_, x: Tensor) => x, backward: (_, dy) => [mul(dy, 10)] });
  const x = parameter([1, 2]);
  const y = identity(x);
  assert.is.not(y, x);
  backward(sum(y));
  assert.equal(x.grad?.toArray(), [10, 10]);
  const w = parameter([3]);
  const constant = defineOp("constant", { forward: (_, _x: Tensor) => w, backward: () => [null] });
  constant(x);
  assert.is(w.node, null);
});

test("what forward or backward return wrong is said in one line", () => {
  const op = (forward: unknown, gradients: unknown) =>
    defineOp("mine", { forward: () => forward, backward: () => gradients } as never) as (x: Tensor) => Tensor;
  const fails = (forward: unknown, gradients: unknown, message: RegExp) =>
    assert.throws(() => backward(sum(op(forward, gradients)(parameter([1, 2])))), message);
  fails([1, 2], [], /^mine: what forward returns must be a tensor; got \[1, 2\]/);
  fails(ones([2]), undefined, /^backward: mine must return an array of gradients; got undefined/);
  fails(ones([2]), ones([2]), /^backward: mine must return an array of gradients; got a Tensor/);
  fails(ones([2]), [], /^backward: mine's gradient 1 must be a tensor; got undefined/);
  fails(ones([2]), [1], /^backward: mine's gradient 1 must be a tensor; got 1/);
  fails(ones([2]), [ones([2], "i32")], /^backward: mine's gradient 1 must be f32; got i32 \[2\]/);
  fails(ones([2]), [ones([3])], /^backward: mine's gradient 1 is \[3\], but its tensor \[2\]; they must be equal/);
});

test.run();
