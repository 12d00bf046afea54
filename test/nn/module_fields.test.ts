// What a user's class holds is trained, saved and switched, wherever among its fields it stands.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { AutogradError, DTypeError, OptionError } from "../../lib/base/errors.ts";
import { loadStateDict, stateDict } from "../../lib/formats/checkpoint.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { unregisteredParameters } from "../../lib/nn/unregistered_parameters.ts";
import { add } from "../../lib/ops/add.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sum } from "../../lib/ops/sum.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { ones, tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

const test = suite("what a Module's fields hold");

/** A tensor as a user makes a parameter of it. */
function trainable(size: number): Tensor<"f32"> {
  return Object.assign(ones([size]).keep(), { requiresGrad: true });
}

class Net extends Module {
  stem = new Linear(4, 4);
  blocks = [new Linear(4, 4), [new Linear(4, 4, { bias: false }), new Dropout(0.5)]] as const;
  scales = [trainable(1), trainable(2)];
  heads = { a: new Linear(4, 2), drop: new Dropout(0.5) };
  #hidden = this.registerModule("hidden", new Linear(4, 4));
  scale = trainable(3);
  constant = ones([5]);
  sizes = [1, 2, 3];
  absent = null;
  forward(x: Tensor): Tensor<"f32"> {
    return this.heads.a.forward(add(this.#hidden.forward(this.stem.forward(x)), this.blocks[0].forward(x)));
  }
}

const names = (model: Module): string[] => model.namedParameters().map(([name]) => name);
const refused =
  (type: new (...args: never[]) => Error, text: RegExp) =>
  (error: unknown): boolean =>
    error instanceof type && text.test(error.message);

test("arrays, plain objects and tensors are walked, with PyTorch's names and in its order", () => {
  // As named_parameters() of the same class with ModuleList, ParameterList, ModuleDict and Parameter.
  assert.equal(names(new Net()), [
    "scale",
    "stem.weight",
    "stem.bias",
    "blocks.0.weight",
    "blocks.0.bias",
    "blocks.1.0.weight",
    "scales.0",
    "scales.1",
    "heads.a.weight",
    "heads.a.bias",
    "hidden.weight",
    "hidden.bias",
  ]);
  assert.equal(
    new Net().children().map(([name]) => name),
    ["stem", "blocks.0", "blocks.1.0", "blocks.1.1", "heads.a", "heads.drop", "hidden"],
  );
});

test("they are trained, saved and loaded", () => {
  const net = new Net();
  const before = stateDict(net);
  assert.equal(Object.keys(before), names(net));
  const optimizer = new SGD(net.parameters(), { lr: 0.1 });
  backward(add(sum(net.forward(ones([1, 4]))), sum(mul(net.scale, net.scale))));
  optimizer.step();
  const after = stateDict(net);
  for (const name of ["scale", "blocks.0.weight", "heads.a.bias", "hidden.weight"]) {
    assert.not.equal([...after[name].data], [...before[name].data], name);
  }
  loadStateDict(net, before);
  assert.equal(stateDict(net), before);
});

test("train, eval and the seed of randomness reach them", () => {
  const net = new Net().eval();
  const dropouts = [net.blocks[1][1], net.heads.drop];
  assert.equal(dropouts.map(({ isTraining }) => isTraining), [false, false]); // biome-ignore format: one line
  net.train();
  assert.equal(dropouts.map(({ isTraining }) => isTraining), [true, true]); // biome-ignore format: one line
  const draw = () => dropouts.map((layer) => [...layer.forward(ones([64])).values]);
  net.setRandomState(5, 0);
  const drawn = draw();
  net.setRandomState(5, 0);
  assert.equal(draw(), drawn);
});

test("a seed draws the parameters of layers in lists from their paths", () => {
  const weights = (seed: number): number[][] => {
    const net = new Net();
    net.initialize(seed);
    return net.parameters().map(({ values }) => [...values]);
  };
  assert.equal(weights(3), weights(3));
  assert.not.equal(weights(3)[3], weights(4)[3]);
  const [, , , first, , second] = weights(3);
  assert.not.equal(first, second);
});

test("namedModules gives each module once, itself first", () => {
  class Twice extends Module {
    a = new ReLU();
    b = [this.a, new Sequential({ inner: this.a })];
    forward(x: Tensor): Tensor<"f32"> {
      return this.a.forward(x);
    }
  }
  assert.equal(new Twice().namedModules().map(([name]) => name), ["", "a", "b.1"]); // biome-ignore format: one line
});

test("what is shared is trained once; the state has it under each of its names, and takes it under one", () => {
  const shared = new Linear(2, 2);
  class Tied extends Module {
    first = shared;
    second = shared;
    list = [new Linear(2, 2)];
    head = Object.assign(new Linear(2, 2), { weight: shared.weight });
    forward(x: Tensor): Tensor<"f32"> {
      return this.second.forward(this.first.forward(x));
    }
  }
  const tied = new Tied();
  assert.equal(names(tied), ["first.weight", "first.bias", "list.0.weight", "list.0.bias", "head.bias"]);
  const state = stateDict(tied);
  assert.equal(Object.keys(state).length, 8);
  assert.ok("second.weight" in state && "head.weight" in state);
  const { "second.weight": _, "second.bias": __, "head.weight": ___, ...once } = state;
  tied.initialize(9);
  loadStateDict(tied, once);
  assert.equal(stateDict(tied), state);
});

test("a list of layers that are fields too gives no second names", () => {
  class Listed extends Module {
    fc1 = new Linear(2, 2);
    fc2 = new Linear(2, 2);
    all = [this.fc1, this.fc2];
    forward(x: Tensor): Tensor<"f32"> {
      return this.all.reduce((h, layer) => layer.forward(h), x) as Tensor<"f32">;
    }
  }
  assert.equal(Object.keys(stateDict(new Listed())), ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]);
});

test("a module that holds the one that holds it is walked once", () => {
  class Inner extends Module {
    fc = new Linear(2, 2);
    constructor(readonly parent: Module) {
      super();
    }
    forward(x: Tensor): Tensor<"f32"> {
      return this.fc.forward(x);
    }
  }
  class Outer extends Module {
    inner = new Inner(this);
    forward(x: Tensor): Tensor<"f32"> {
      return this.inner.forward(x);
    }
  }
  const outer = new Outer().eval();
  outer.setRandomState(1, 2);
  assert.equal(Object.keys(stateDict(outer)), ["inner.fc.weight", "inner.fc.bias"]);
  assert.not.ok(outer.inner.fc.isTraining);
});

test("lists that hold themselves, objects of other classes and results of operations are left alone", () => {
  class Odd extends Module {
    loop: unknown[] = [];
    map = new Map([["a", new Linear(2, 2)]]);
    last: Tensor | null = null;
    fc = new Linear(2, 2);
    forward(x: Tensor): Tensor<"f32"> {
      const y = this.fc.forward(x);
      this.last = y;
      return y;
    }
  }
  const odd = new Odd();
  odd.loop.push(odd.loop, odd);
  odd.forward(ones([1, 2]));
  assert.equal(names(odd), ["fc.weight", "fc.bias"]);
});

test("a long list of numbers costs a walk next to nothing", () => {
  const net = Object.assign(new Net(), { losses: new Array(1_000_000).fill(0.5) });
  const before = process.cpuUsage();
  for (let i = 0; i < 10; i++) net.setRandomState(1, i);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 400_000, `${user + system} µs for ten walks`);
  assert.equal(names(net), names(new Net()));
});

test("what is frozen is still a parameter, and saved", () => {
  const net = new Net();
  const all = names(net);
  for (const parameter of net.parameters()) parameter.requiresGrad = false;
  assert.equal(names(net), all);
});

test("registerParameter makes a tensor one; registerBuffer has it saved and not trained; a field goes by the registered name", () => {
  class Own extends Module {
    readonly gamma = this.registerParameter("weight", ones([2]));
    readonly none = this.registerParameter("bias", null);
    readonly runningMean = this.registerBuffer("running_mean", zeros([2]));
    forward(x: Tensor): Tensor<"f32"> {
      return mul(x, this.gamma);
    }
  }
  const own = new Own();
  assert.ok(own.gamma.requiresGrad && own.gamma.isKept && own.runningMean.isKept);
  assert.equal(names(own), ["weight"]);
  assert.equal(own.namedBuffers().map(([name]) => name), ["running_mean"]); // biome-ignore format: one line
  assert.equal(Object.keys(stateDict(own)), ["weight", "running_mean"]);
  assert.equal(new BatchNorm2d(1).namedBuffers().map(([name]) => name), ["running_mean", "running_var", "num_batches_tracked"]); // biome-ignore format: one line
});

test("a registered layer can be replaced; a name must be one, and belong to one tensor", () => {
  const net = new Net();
  net.registerModule("hidden", new Linear(4, 7));
  assert.equal(Object.fromEntries(net.namedParameters())["hidden.bias"].shape, [7]);
  assert.equal(names(net).at(-1), "hidden.bias");
  for (const name of ["", "a.b", 1 as unknown as string]) {
    assert.throws(
      () => net.registerModule(name, new ReLU()),
      refused(OptionError, /^registerModule: a name must be a text/),
    );
  }
  assert.throws(
    () => net.registerModule("x", {} as Module),
    refused(OptionError, /^registerModule: x must be a Module; got/),
  );
  assert.throws(() => net.registerParameter("x", [1] as never), refused(DTypeError, /^registerParameter: x must be a tensor; got/)); // biome-ignore format: one line
  assert.throws(
    () => net.registerBuffer("x", 1 as never),
    refused(DTypeError, /^registerBuffer: x must be a tensor; got 1/),
  );
  net.registerParameter("scale", ones([7]));
  assert.throws(() => net.parameters(), refused(OptionError, /^Module: two tensors are named scale, of shapes \[3\] and \[7\]/)); // biome-ignore format: one line
});

test("a class made of Sequential may have parameters and layers of its own", () => {
  class Scaled extends Sequential {
    temperature = trainable(1);
    extra = [new Linear(2, 2)];
    override forward(x: Tensor): Tensor<"f32"> {
      return mul(super.forward(x), this.temperature);
    }
  }
  const scaled = new Scaled({ fc: new Linear(2, 3) });
  assert.equal(names(scaled), ["temperature", "fc.weight", "fc.bias", "extra.0.weight", "extra.0.bias"]);
  assert.equal(Object.keys(scaled.trace(ones([1, 2]))), ["fc"]);
});

test("a class that names its children itself is followed", () => {
  class Chain extends Module {
    scale = trainable(1);
    readonly list = [new Linear(2, 2), new Dropout(0.5)];
    override children(): [string, Module][] {
      return this.list.map((layer, i) => [`layer${i}`, layer]);
    }
    forward(x: Tensor): Tensor<"f32"> {
      return this.list[0].forward(x);
    }
  }
  const chain = new Chain().eval();
  assert.equal(names(chain), ["scale", "layer0.weight", "layer0.bias"]);
  assert.not.ok(chain.list[1].isTraining);
});

test("unregisteredParameters lists what a loss depends on and the model does not hold, before backward and after", () => {
  class Leaky extends Module {
    fc = new Linear(2, 2);
    readonly map = new Map([["hidden", new Linear(2, 2, { bias: false })]]);
    readonly #bias = trainable(2);
    forward(x: Tensor): Tensor<"f32"> {
      const h = (this.map.get("hidden") as Linear).forward(this.fc.forward(x));
      return add(mul(h, this.#bias), this.#bias);
    }
  }
  const leaky = new Leaky();
  const loss = sum(leaky.forward(ones([1, 2])));
  const found = () => unregisteredParameters(leaky, loss).map(({ op, tensor }) => [op, tensor.shape]);
  const expected = [
    ["linear", [2, 2]],
    ["mul", [2]],
  ];
  assert.equal(found(), expected);
  backward(loss);
  assert.equal(found(), expected);
  const strays = unregisteredParameters(leaky.parameters(), loss).map(({ tensor }) => tensor);
  assert.equal(unregisteredParameters([...leaky.parameters(), ...strays], loss), []);
  assert.throws(() => unregisteredParameters(leaky, tensor(1)), refused(AutogradError, /^unregisteredParameters: no tensor/)); // biome-ignore format: one line
});

test.run();
