import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { DTypeError, OptionError } from "../../lib/base/errors.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { add } from "../../lib/ops/add.ts";
import { rand } from "../../lib/ops/random.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sum } from "../../lib/ops/sum.ts";
import { ones, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { leaks } from "../support/leaks.ts";
import { refuses } from "../support/refuses.ts";

const test = suite("Module and Sequential");

class Residual extends Module {
  readonly fc: Linear;
  constructor(size: number, seed: number) {
    super();
    this.fc = new Linear(size, size, { seed });
  }
  forward(x: Tensor): Tensor<"f32"> {
    return add(x, this.fc.forward(x));
  }
}

function perceptron(seed?: number): Sequential {
  const layers = { fc1: new Linear(6, 5), relu1: new ReLU(), drop: new Dropout(0.5), fc2: new Linear(5, 3) };
  return new Sequential(layers, { seed });
}

function values(model: Module): Record<string, number[]> {
  return Object.fromEntries(model.namedParameters().map(([name, { data }]) => [name, [...data]]));
}

test("parameters are named by the path of their layer, in order", () => {
  const model = new Sequential({ block: new Residual(4, 1), flatten: new Flatten(), head: new Linear(4, 2) });
  assert.equal(
    model.namedParameters().map(([name, { shape }]) => [name, shape]),
    [
      ["block.fc.weight", [4, 4]],
      ["block.fc.bias", [4]],
      ["head.weight", [4, 2]],
      ["head.bias", [2]],
    ],
  );
  assert.ok(model.parameters().every((parameter) => parameter.requiresGrad && parameter.isKept));
});

test("a layer used twice has its parameters once", () => {
  const shared = new Linear(3, 3);
  assert.is(new Sequential({ a: shared, b: shared }).parameters().length, 2);
});

test("train and eval reach every module inside", () => {
  const inner = new Dropout(0.5);
  const model = new Sequential({ outer: new Sequential({ inner }) });
  assert.ok(inner.isTraining);
  assert.is(model.eval(), model);
  assert.not.ok(inner.isTraining);
  model.train();
  assert.ok(inner.isTraining);
});

test("forward runs the layers in order", () => {
  const model = perceptron(1).eval();
  const x = rand([4, 6], { seed: 2 });
  const [fc1, relu1, , fc2] = model.children().map(([, layer]) => layer);
  assert.equal([...model.forward(x).data], [...fc2.forward(relu1.forward(fc1.forward(x))).data]);
});

test("intermediate results are freed as they are used; input, output and kept tensors are not", () => {
  const seen: Tensor[] = [];
  class Spy extends Module {
    forward(x: Tensor): Tensor<"f32"> {
      seen.push(x);
      return x as Tensor<"f32">;
    }
  }
  class Constant extends Module {
    readonly value = ones([1, 2]).keep();
    forward(): Tensor<"f32"> {
      return this.value;
    }
  }
  const constant = new Constant();
  const model = new Sequential({
    a: new Spy(),
    fc: new Linear(6, 2),
    b: new Spy(),
    relu: new ReLU(),
    constant,
    c: new ReLU(),
  });
  const x = zeros([1, 6]);
  const y = noGrad(() => model.forward(x));
  assert.not.ok(x.isDisposed);
  assert.ok(seen[1].isDisposed);
  assert.not.ok(constant.value.isDisposed);
  assert.not.ok(y.isDisposed);
});

test("a step through a model leaves the arena as it found it", () => {
  const model = perceptron(3);
  const x = rand([8, 6], { seed: 1 }).keep();
  const kept = leaks(() =>
    scope(() => {
      backward(sum(model.forward(x)));
      for (const parameter of model.parameters()) {
        parameter.grad?.dispose();
        parameter.grad = null;
      }
    }),
  );
  assert.is(kept, 0);
});

test("one seed gives one model; another seed another", () => {
  assert.equal(values(perceptron(7)), values(perceptron(7)));
  assert.not.equal(values(perceptron(7)), values(perceptron(8)));
});

test("a layer put in between changes no other layer's initial values", () => {
  const longer = new Sequential(
    { fc1: new Linear(6, 5), added: new Linear(5, 5), relu1: new ReLU(), fc2: new Linear(5, 3) },
    { seed: 7 },
  );
  const { "added.weight": added, "added.bias": _, ...others } = values(longer);
  assert.equal(others, values(perceptron(7)));
  assert.not.equal(added, values(new Linear(5, 5, { seed: 7 })).weight);
});

test("without a seed the layers keep what they have, and no two start alike", () => {
  const first = new Linear(4, 4);
  const before = values(first).weight;
  const model = new Sequential({ first, second: new Linear(4, 4) });
  assert.equal(values(model)["first.weight"], before);
  assert.not.equal(values(model)["second.weight"], before);
});

test("names that a state_dict or JavaScript would garble are refused", () => {
  for (const name of ["", "0", "a.b", "1x"]) {
    assert.throws(
      () => new Sequential({ [name]: new ReLU() }),
      (error: unknown) =>
        error instanceof OptionError && error.message.includes(`cannot be named ${JSON.stringify(name)}`),
    );
  }
});

test("layers in an array or one after another are named by their places, as in PyTorch", () => {
  const layers = () => [new Linear(4, 3, { seed: 1 }), new ReLU(), new Linear(3, 2, { seed: 2 })] as const;
  const names = ["0.weight", "0.bias", "2.weight", "2.bias"];
  const x = ones([1, 4]);
  for (const model of [new Sequential(layers()), new Sequential(...layers())]) {
    assert.equal(
      model.namedParameters().map(([name]) => name),
      names,
    );
    const [first, second, third] = layers();
    assert.equal(model.forward(x).data, third.forward(second.forward(first.forward(x))).data);
    assert.equal(Object.keys(model.trace(x)), ["0", "1", "2"]);
  }
  const seeded = [new Sequential(layers(), { seed: 3 }), new Sequential(...layers(), { seed: 3 })];
  assert.equal(seeded[0].forward(x).data, seeded[1].forward(x).data);
  assert.not.equal(seeded[0].forward(x).data, new Sequential(layers()).forward(x).data);
});

test("what is no layer, and options that are none, are refused", () => {
  const given = (value: unknown) => value as Linear;
  const fc = new Linear(2, 2);
  refuses(() => new Sequential([given(relu)]), OptionError, "Sequential: layer 0 must be a Module; got a function.");
  refuses(
    () => new Sequential({ fc, act: given("relu") }),
    OptionError,
    'Sequential: layer act must be a Module; got "relu".',
  );
  refuses(
    () => new Sequential(fc, given(relu)),
    OptionError,
    "Sequential: options go in an object, { seed: … }; got a function.",
  );
  refuses(
    () => new Sequential([fc], fc as never),
    OptionError,
    "Sequential: a layer stands behind an array or object of layers; put all into that.",
  );
  refuses(() => new Sequential(fc, given("x"), fc), OptionError, 'Sequential: layer 1 must be a Module; got "x".');
  refuses(
    () => new Linear(784, 10, given(false) as never),
    OptionError,
    "Linear: options go in an object, { bias: …, seed: … }; got false.",
  );
  refuses(() => new MaxPool2d(2, given(2) as never), OptionError, /^MaxPool2d: options go in an object, .*; got 2\.$/);
  refuses(() => new Conv2d(1, 8, 3, { pading: 1 } as never), OptionError, /no option pading; did you mean padding\?/);
  refuses(() => new Linear(given("4") as never, 2), OptionError, 'Linear: inFeatures must be an integer ≥ 1; got "4".');
  refuses(
    () => new Sequential(fc).forward(given([1]) as never),
    DTypeError,
    /^Sequential: x must be a tensor; got \[1\]\./,
  );
  assert.equal(new Sequential().forward(ones([2])).data, ones([2]).data);
});

test.run();
