// A gradient is that of the forward pass: where what an operation saved has changed since, backward refuses.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { defineOp } from "../../lib/autograd/define_op.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { gradcheck } from "../../lib/autograd/gradcheck.ts";
import { AutogradError } from "../../lib/base/errors.ts";
import { loadStateDict, stateDict } from "../../lib/formats/checkpoint.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { add } from "../../lib/ops/add.ts";
import { detach } from "../../lib/ops/detach.ts";
import { matmul } from "../../lib/ops/matmul.ts";
import { mul } from "../../lib/ops/mul.ts";
import { rand } from "../../lib/ops/random.ts";
import { relu } from "../../lib/ops/relu.ts";
import { slice } from "../../lib/ops/slice.ts";
import { sum } from "../../lib/ops/sum.ts";
import { Adam } from "../../lib/optim/adam.ts";
import { Ema } from "../../lib/optim/ema.ts";
import { Muon } from "../../lib/optim/muon.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { empty, ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("backward after a change in place");

function parameter(values: number[] | number[][]): Tensor<"f32"> {
  return Object.assign(tensor(values), { requiresGrad: true });
}

function refusal(body: () => void): AutogradError {
  try {
    body();
  } catch (error) {
    assert.instance(error, AutogradError);
    return error as AutogradError;
  }
  throw new Error("backward went through what had changed");
}

test("the error names the operation and the tensor's shape, and no gradient was touched", () => {
  const w = parameter([2, 3]);
  const other = parameter([5, 5]);
  const loss = sum(mul(mul(w, w), other));
  w.data.set([1, 2]);
  const { message, details } = refusal(() => backward(loss));
  assert.match(
    message,
    /^backward: mul needs a tensor of shape \[2\] as it was, but it has been changed in place since/,
  );
  assert.equal(details, { op: "mul", shape: [2] });
  assert.is(w.grad, null);
  assert.is(other.grad, null);
});

const model = new Linear(2, 2);
const state = stateDict(model);
const ema = new Ema(model.parameters(), { decay: 0.5 });
const gradients = () => {
  for (const each of model.parameters()) each.grad = ones(each.shape);
};
const changes: Record<string, () => void> = {
  "an SGD step": () => new SGD(model.parameters(), { lr: 1 }).step(),
  "an Adam step": () => new Adam(model.parameters(), { lr: 1 }).step(),
  "a Muon step": () => new Muon(model.parameters(), { lr: 1 }).step(),
  "data.set": () => model.weight.data.set([9, 9], 1),
  "an element of data": () => {
    model.weight.data[3]++;
  },
  "data of a view": () => {
    detach(model.weight).data[0]++;
  },
  loadStateDict: () => loadStateDict(model, state),
  "initialize with another seed": () => model.initialize(77),
  "Ema.swap": () => ema.swap(),
};
for (const [name, change] of Object.entries(changes)) {
  test(`${name} is noticed`, () => {
    model.initialize(5);
    const x = Object.assign(ones([1, 2]), { requiresGrad: true });
    const loss = sum(model.forward(x));
    gradients();
    change();
    assert.match(refusal(() => backward(loss)).message, /^backward: linear needs a tensor of shape \[2, 2\]/);
  });
}

test("an output that another operation needs is watched as well", () => {
  const y = relu(parameter([-1, 2]));
  const loss = sum(y);
  y.data[0] = 4;
  assert.match(refusal(() => backward(loss)).message, /relu needs a tensor of shape \[2\]/);
});

test("reading changes nothing, by data or otherwise, nor does writing what was there", () => {
  const w = parameter([2, 3]);
  const y = mul(w, w);
  const loss = sum(relu(y));
  assert.equal([...y.data, ...w.data, ...w.values, ...w.toArray()], [4, 9, 2, 3, 2, 3, 2, 3]);
  w.data.set([2, 3]);
  String(w);
  stateDict(new Linear(1, 1));
  backward(loss);
  assert.equal(w.grad?.toArray(), [4, 6]);
});

test("what was changed and put back is as it was", () => {
  const w = parameter([2, 3]);
  const loss = sum(mul(w, w));
  w.data[0] = 7;
  w.data[0] = 2;
  backward(loss);
  assert.equal(w.grad?.toArray(), [4, 6]);
});

test("each of several losses is checked against its own forward pass", () => {
  const w = parameter([2, 3]);
  const early = sum(mul(w, w));
  w.data.set([1, 1]);
  const late = sum(mul(w, w));
  assert.equal([...w.data], [1, 1]);
  backward(late);
  assert.equal(w.grad?.toArray(), [2, 2]);
  refusal(() => backward(early));
});

test("a graph that is kept is checked against its forward pass at every backward", () => {
  const w = parameter([2, 3]);
  const loss = sum(mul(w, w));
  backward(loss, { retainGraph: true });
  backward(loss, { retainGraph: true });
  assert.equal(w.grad?.toArray(), [8, 12]);
  new SGD([w], { lr: 0.1 }).step();
  refusal(() => backward(loss));
});

test("operations that need no numbers do not mind, nor do rows beside those that were written by hand", () => {
  const w = parameter([2, 3]);
  const loss = sum(add(w, w));
  w.data.set([0, 0]);
  backward(loss);
  assert.equal(w.grad?.toArray(), [2, 2]);
  const rows = parameter([
    [1, 2],
    [3, 4],
  ]);
  const first = slice(rows, 0, 1);
  const squares = sum(mul(first, first));
  slice(rows, 1).data.fill(0);
  backward(squares);
  assert.equal(rows.grad?.toArray(), [
    [2, 4],
    [0, 0],
  ]);
});

test("BatchNorm's running statistics may move: what it needs of them it saved", () => {
  const bn = new BatchNorm2d(1);
  const x = Object.assign(rand([2, 2, 2, 1], { seed: 1 }), { requiresGrad: true });
  const loss = sum(mul(bn.forward(x), x));
  noGrad(() => bn.forward(rand([2, 2, 2, 1], { seed: 2 })));
  backward(loss);
});

test("an operation may fill what it has saved until its forward ends", () => {
  const square = defineOp("square", {
    forward({ save }, x: Tensor) {
      const y = empty(x.shape);
      save(x, y);
      y.data.set(x.values.map((value) => value * value));
      return y;
    },
    backward: ({ saved: [x] }, dy) => [mul(mul(x, 2), dy)],
  });
  gradcheck(square, [parameter([1, 2])]);
});

test("a step that reads between forward and backward leaves the arena as it found it", () => {
  const w = parameter([
    [1, 2],
    [3, 4],
  ]).keep();
  const kept = leaks(() =>
    scope(() => {
      const y = matmul(w, w);
      const loss = sum(y);
      y.data.indexOf(1);
      w.data.indexOf(1);
      backward(loss);
      w.grad?.dispose();
      w.grad = null;
    }),
  );
  assert.is(kept, 0);
});

test("being given data copies no more than what was saved, and compares it whatever its alignment", () => {
  const all = ones([1 << 16]);
  const part = slice(all, 8, 12);
  const state = part.save();
  assert.ok(all.data);
  assert.is(state.copy?.length, 16);
  assert.ok(part.isAsSaved(state));
  all.data[12] = 2;
  assert.ok(part.isAsSaved(state));
  all.data[11] = 2;
  assert.not(part.isAsSaved(state));
  const bytes = zeros([9], "u8");
  const two = slice(bytes, 5, 7);
  const held = two.save();
  bytes.data.fill(7, 0, 5).fill(7, 7);
  assert.ok(two.isAsSaved(held));
  bytes.data[6] = 1;
  assert.not(two.isAsSaved(held));
});

test.run();
