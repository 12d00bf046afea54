import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { ShapeError } from "../../lib/base/errors.ts";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { fuse } from "../../lib/nn/fusion.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import type { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";

const test = suite("fusion");

const layers = (pool: Module, { cin = 4, cout = 8, padding = 1 } = {}): Module[] => [
  new Conv2d(cin, cout, 3, { padding, seed: 1 }),
  new BatchNorm2d(cout),
  new ReLU(),
  pool,
];

test("a convolution, its normalisation in training, ReLU and a pooling that tiles the map go together", () => {
  const x = zeros([2, 6, 6, 4]);
  assert.is(fuse(layers(new MaxPool2d(2)), x)?.length, 4);
  assert.is(fuse(layers(new AdaptiveAvgPool2d(1)), x)?.length, 4);
  assert.is(fuse(layers(new MaxPool2d(2), { cin: 1 }), zeros([2, 6, 6, 1]))?.length, 4);
});

test("so do fewer of them, where no kernel has the next: with ReLU, or the normalisation alone", () => {
  const x = zeros([2, 6, 6, 4]);
  const [conv, bn, act] = layers(new ReLU());
  assert.is(fuse([conv, bn, act], x)?.length, 3);
  assert.is(fuse([conv, bn], x)?.length, 2);
  for (const pool of [
    new MaxPool2d(3),
    new MaxPool2d(2, { stride: 1 }),
    new MaxPool2d(2, { padding: 1 }),
    new AdaptiveAvgPool2d(2),
  ]) {
    assert.is(fuse(layers(pool), x)?.length, 3, pool.constructor.name);
  }
  assert.is(fuse(layers(new MaxPool2d(2)), zeros([2, 7, 6, 4]))?.length, 3, "a map that 2×2 windows do not cover");
});

test("a first layer whose input wants a gradient goes layer by layer: its block has none for it", () => {
  const dx = (forward: (x: Tensor) => Tensor): Float32Array =>
    scope(() => {
      const x = tensor(uniform64([2, 6, 6, 1], 1).data, [2, 6, 6, 1]);
      x.requiresGrad = true;
      assert.is(fuse(layers(new MaxPool2d(2), { cin: 1 }), x), null);
      const y = forward(x);
      backward(sum(mul(y, tensor(uniform64(y.shape, 2).data, y.shape))));
      return Float32Array.from(x.grad?.values ?? []);
    });
  const [conv, bn, act, pool] = layers(new MaxPool2d(2), { cin: 1 });
  const expected = dx((x) => pool.forward(act.forward(bn.forward(conv.forward(x)))));
  assert.ok(expected.some((value) => value !== 0));
  const network = new Sequential({ conv, bn: new BatchNorm2d(8), act, pool });
  assert.equal(
    dx((x) => network.forward(x)),
    expected,
  );
});

test("a normalisation and the ReLU behind it go together, whatever is before", () => {
  assert.is(fuse(layers(new MaxPool2d(2)), zeros([2, 6, 6, 8]), 1)?.length, 2);
  assert.is(fuse([new BatchNorm2d(8).eval(), new ReLU()], zeros([2, 6, 6, 8]))?.length, 2);
  assert.is(fuse([new BatchNorm2d(8), new MaxPool2d(2)], zeros([2, 6, 6, 8])), null);
});

test("max pooling goes before the ReLU ahead of it: the same bits, of values and gradients", () => {
  const layers = [new ReLU(), new MaxPool2d(3, { stride: 2, padding: 1 })];
  const values = uniform64([2, 7, 9, 5], 1).data.map((value, i) =>
    i % 3 ? Math.round(4 * value) / 4 - 0.25 : -value * value,
  );
  const run = (forward: (x: Tensor) => Tensor): number[][] =>
    scope(() => {
      const x = tensor(values, [2, 7, 9, 5]);
      x.requiresGrad = true;
      const y = forward(x);
      backward(sum(mul(y, tensor(uniform64(y.shape, 2).data, y.shape))));
      return [[...y.data], [...(x.grad?.data ?? [])]];
    });
  const model = new Sequential(layers);
  assert.is(fuse(layers, zeros([2, 7, 9, 5]))?.length, 2);
  assert.equal(
    run((x) => model.forward(x)),
    run((x) => layers[1].forward(layers[0].forward(x) as Tensor) as Tensor),
  );
});

test("other neighbours go by themselves", () => {
  const x = zeros([2, 6, 6, 4]);
  assert.is(fuse(layers(new MaxPool2d(2), { padding: 0 }), x), null);
  assert.is(fuse(layers(new MaxPool2d(2), { cout: 6 }), x), null);
  assert.is(fuse([new Conv2d(4, 8, 3, { padding: 1 }), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2)], x), null);
  assert.is(fuse(layers(new AdaptiveAvgPool2d(1), { cin: 1 }), zeros([2, 6, 6, 1])), null);
  assert.is(fuse(layers(new MaxPool2d(2), { cin: 1 }), zeros([2, 6, 7, 1])), null);
});

for (const cin of [1, 4]) {
  const title = "a network gives the same, layer by layer or fused: values, gradients and running statistics";
  test(`${title}; ${cin} input channels`, () => {
    const run = (forward: (model: Sequential, x: Tensor) => Tensor): number[][] =>
      scope(() => {
        const names = ["conv1", "bn1", "relu1", "pool1", "conv2", "bn2", "relu2", "pool2"];
        const modules = [
          ...layers(new MaxPool2d(2), { cin }),
          ...layers(new AdaptiveAvgPool2d(1), { cin: 8, cout: 12 }),
        ];
        const model = new Sequential(Object.fromEntries(names.map((name, i) => [name, modules[i]])), { seed: 3 });
        const x = tensor(uniform64([9, 10, 6, cin], 1).data, [9, 10, 6, cin]);
        const y = forward(model, x);
        backward(sum(mul(y, tensor(uniform64(y.shape, 2).data, y.shape))));
        const gradients = model.namedParameters().filter(([name]) => !/conv\d.bias/.test(name));
        const state = [
          y,
          ...gradients.map(([, { grad }]) => grad),
          ...model.namedBuffers().map(([, buffer]) => buffer),
        ];
        return state.map((part) => [...(part as Tensor).data]);
      });
    const fused = run((model, x) => model.forward(x));
    const plain = run((model, x) => model.trace(x).pool2);
    fused.forEach((values, i) => {
      expectClose(values, plain[i], 1e-5 * maxAbs(plain[i]), `tensor ${i}`);
    });
  });
}

for (const cin of [1, 4]) {
  test(`a weight of 0 in the normalisation makes maxima equal, and the first has the gradient, fused or not; ${cin} input channels`, () => {
    const run = (forward: (model: Sequential, x: Tensor) => Tensor): number[][] => {
      const [conv, bn, act, pool] = layers(new MaxPool2d(2), { cin });
      const { weight, bias } = bn as BatchNorm2d;
      weight.data.set([0, -0, 1, -1, 0, 0.5, 0, 0]);
      bias.data.fill(0.25);
      const x = tensor(uniform64([3, 8, 6, cin], 1).data, [3, 8, 6, cin]);
      const y = forward(new Sequential([conv, bn, act, pool]), x);
      backward(sum(mul(y, tensor(uniform64(y.shape, 2).data, y.shape))));
      return [conv, bn].flatMap((layer) => layer.parameters().map(({ grad }) => [...(grad as Tensor).data]));
    };
    const fused = run((model, x) => model.forward(x));
    const plain = run((model, x) => model.trace(x)["3"]);
    for (const [i, name] of [
      [0, "dw"],
      [2, "dgamma"],
      [3, "dbeta"],
    ] as const) {
      expectClose(fused[i], plain[i], 1e-5 * maxAbs(plain[i]), name);
    }
    assert.equal(fused[1], new Array(8).fill(0)); // of the convolution's bias, which the normalisation takes off
  });
}

test("trace gives every layer's result, the last one what forward gives", () => {
  scope(() => {
    const [conv, bn, relu, pool] = layers(new MaxPool2d(2));
    const model = new Sequential({ conv, bn, relu, pool }).eval();
    const x = tensor(uniform64([3, 4, 6, 4], 1).data, [3, 4, 6, 4]);
    const maps = model.trace(x);
    assert.equal(
      Object.entries(maps).map(([name, { shape }]) => `${name} ${shape}`),
      ["conv 3,4,6,8", "bn 3,4,6,8", "relu 3,4,6,8", "pool 3,2,3,8"],
    );
    expectClose(maps.pool.data, model.forward(x).data, 1e-5);
  });
});

test("a map with the wrong number of channels is refused as it is without fusion", () => {
  const model = new Sequential({ conv: layers(new MaxPool2d(2))[0], bn: new BatchNorm2d(8) });
  assert.throws(
    () => model.forward(zeros([1, 4, 4, 3])),
    (error: Error) => error instanceof ShapeError && /input channels differ/.test(error.message),
  );
});

test.run();
