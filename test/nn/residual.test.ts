import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { DTypeError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { encodeOnnx } from "../../lib/formats/onnx.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Residual } from "../../lib/nn/residual.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { add } from "../../lib/ops/add.ts";
import { mul } from "../../lib/ops/mul.ts";
import { rand } from "../../lib/ops/random.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("Residual");

const x = rand([3, 4], { seed: 1 }).keep();

function gradientsOf(layers: readonly Linear[], forward: () => Tensor<"f32">): number[][] {
  for (const { weight } of layers) weight.grad?.data.fill(0);
  return scope(() => {
    const y = forward();
    backward(sum(mul(y, y)));
    return layers.map(({ weight }) => weight.grad?.toArray().flat() as number[]);
  });
}

test("it adds what main makes of x, and x or what the shortcut makes of it", () => {
  const [main, shortcut] = [new Linear(4, 4, { seed: 1 }), new Linear(4, 4, { seed: 2 })];
  const own = add(main.forward(x), x);
  assert.equal(new Residual(main).forward(x).toArray(), own.toArray());
  const both = add(main.forward(x), shortcut.forward(x));
  assert.equal(new Residual(main, shortcut).forward(x).toArray(), both.toArray());
});

test("gradients go through both parts, and through two blocks in a row", () => {
  const layers = [1, 2, 3].map((seed) => new Linear(4, 4, { seed }));
  const [first, shortcut, second] = layers;
  const blocks = new Sequential({ a: new Residual(first, shortcut), b: new Residual(second) });
  const byHand = (): Tensor<"f32"> => {
    const h = add(first.forward(x), shortcut.forward(x));
    return add(second.forward(h), h);
  };
  assert.equal(
    gradientsOf(layers, () => blocks.forward(x)),
    gradientsOf(layers, byHand),
  );
});

for (const hasShortcut of [false, true]) {
  const title = "with normalisations in training and a ReLU behind it, it gives what its ops give";
  test(`${title}${hasShortcut ? ", a shortcut too" : ""}`, () => {
    const [main, shortcut] = [
      [new Conv2d(4, 4, 3, { padding: 1, bias: false, seed: 1 }), new BatchNorm2d(4)],
      [new Conv2d(4, 4, 1, { seed: 2 }), new BatchNorm2d(4)],
    ];
    const block = new Residual(new Sequential(main), hasShortcut ? new Sequential(shortcut) : null);
    const one = (layers: readonly Module[], input: Tensor): Tensor =>
      layers.reduce((h: Tensor, layer) => layer.forward(h), input);
    const run = (forward: (input: Tensor) => Tensor): number[][] =>
      scope(() => {
        const images = rand([9, 6, 5, 4], { seed: 3 });
        images.requiresGrad = true;
        const inner = mul(images, 2); // its gradient comes by three ways
        const y = forward(inner);
        for (const parameter of block.parameters()) parameter.grad?.data.fill(0);
        backward(sum(mul(add(y, inner), rand(y.shape, { seed: 4 }))));
        return [y, images.grad as Tensor, ...block.parameters().map(({ grad }) => grad as Tensor)].map(({ data }) => [
          ...data,
        ]);
      });
    const fused = run((input) => new Sequential(block, new ReLU()).forward(input));
    const byHand = run((input) => relu(add(one(main, input), hasShortcut ? one(shortcut, input) : input)));
    fused.forEach((values, i) => {
      expectClose(values, byHand[i], 2e-5 * Math.max(...byHand[i].map(Math.abs)), `tensor ${i}`);
    });
  });
}

test("a main part's own methods are not called, whatever their names", () => {
  class Gated extends Module {
    fc = new Linear(4, 4, { seed: 1 });
    forward(x: Tensor): Tensor<"f32"> {
      return this.fc.forward(x);
    }
    forwardWith(): never {
      throw new Error("this one is not the library's");
    }
  }
  const main = new Gated();
  const x = rand([2, 4], { seed: 2 });
  assert.equal(new Residual(main).forward(x).toArray(), add(main.forward(x), x).toArray());
});

test("a shortcut that returns no tensor is named, also where the main part's last pass would add it", () => {
  class Broken extends Module {
    forward(): never {
      return 5 as never;
    }
  }
  const main = new Sequential({ conv: new Conv2d(4, 4, 3, { padding: 1 }), bn: new BatchNorm2d(4) });
  assert.throws(
    () => new Residual(main, new Broken()).forward(rand([1, 4, 4, 4], { seed: 1 })),
    (error: Error) =>
      error instanceof DTypeError && /^Residual: shortcut\(x\) must be a tensor; got 5/.test(error.message),
  );
});

test("its parameters lie under main and shortcut", () => {
  const block = new Residual(new Sequential({ fc: new Linear(4, 4, { bias: false }) }), new Linear(4, 4));
  assert.equal(
    block.namedParameters().map(([name]) => name),
    ["main.fc.weight", "shortcut.weight", "shortcut.bias"],
  );
});

test("it frees what it adds, and never what it is given", () => {
  const block = new Residual(new Linear(4, 4), new Linear(4, 4));
  assert.is(
    leaks(() => noGrad(() => block.forward(x)).dispose()),
    0,
  );
  const twice = new Residual(new Residual(new Sequential({})));
  assert.equal(
    twice.forward(x).toArray().flat(),
    [...x.data].map((value) => Math.fround(3 * value)),
  );
  assert.not(x.isDisposed);
});

test("parts of different shapes are named, never repeated to fit", () => {
  const block = new Residual(new Conv2d(4, 1, 1));
  const images = rand([1, 2, 2, 4], { seed: 1 });
  const isNamed = (error: Error): boolean =>
    error instanceof ShapeError &&
    /^Residual: main\(x\) is \[1, 2, 2, 1\], x is \[1, 2, 2, 4\]; they must be equal\./.test(error.message);
  assert.throws(() => block.forward(images), isNamed);
  assert.throws(
    () => encodeOnnx(new Sequential({ block }), { inputShape: [2, 2, 4], name: "block" }),
    (error: Error) => error instanceof ShapeError && /^encodeOnnx: block: /.test(error.message),
  );
  assert.throws(
    () => new Residual(new Linear(4, 4), {} as Linear),
    (error: Error) => error instanceof OptionError,
  );
});

test.run();
