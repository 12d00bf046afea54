// What is worked out from a model's state is kept as long as the versions of its tensors; so whatever changes them in
// place must show there.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/formats/checkpoint.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { rand } from "../../lib/ops/random.ts";
import { sum } from "../../lib/ops/sum.ts";
import { Adam } from "../../lib/optim/adam.ts";
import { clipGradNorm } from "../../lib/optim/clip_grad_norm.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

const test = suite("versions of a model's tensors");

function network(): Sequential {
  return new Sequential({ conv: new Conv2d(4, 4, 3, { padding: 1 }), bn: new BatchNorm2d(4), relu: new ReLU() });
}

function loss(model: Sequential): Tensor<"f32"> {
  return sum(model.forward(rand([2, 8, 8, 4], { seed: 1 })));
}

/** The names of those whose version `change` changed, beside the count of batches. */
function changedBy(model: Sequential, change: () => void): string[] {
  const tensors = [...model.namedParameters(), ...model.namedBuffers()].filter(([name]) => !name.endsWith("_tracked"));
  const before = tensors.map(([, { version }]) => version);
  change();
  return tensors.flatMap(([name, { version }], i) => (version === before[i] ? [] : [name]));
}

const PARAMETERS = ["conv.weight", "conv.bias", "bn.weight", "bn.bias"];
const STATISTICS = ["bn.running_mean", "bn.running_var"];

test("a training forward changes the running statistics alone; one in evaluation nothing", () => {
  const model = network();
  assert.equal(
    changedBy(model, () => loss(model)),
    STATISTICS,
  );
  model.eval();
  assert.equal(
    changedBy(model, () => backward(loss(model))),
    [],
  );
});

test("an optimizer's step changes the parameters that have a gradient", () => {
  const model = network();
  for (const Optimizer of [SGD, Adam]) {
    const optimizer = new Optimizer(model.parameters(), { lr: 0.1 });
    optimizer.zeroGrad();
    assert.equal(
      changedBy(model, () => optimizer.step()),
      [],
    );
    backward(loss(model));
    const [weight] = model.parameters();
    weight.grad?.dispose();
    weight.grad = null;
    const moments = () => Object.values(optimizer.state()).map(({ version }) => version);
    const before = moments();
    assert.equal(
      changedBy(model, () => optimizer.step()),
      PARAMETERS.slice(1),
    );
    assert.ok(moments().every((version, i) => version !== before[i]));
  }
});

test("gradients that grow or are clipped change too", () => {
  const model = network();
  backward(loss(model));
  const gradient = model.parameters()[0].grad as Tensor<"f32">;
  const fresh = gradient.version;
  backward(loss(model));
  const grown = gradient.version;
  assert.is.not(grown, fresh);
  clipGradNorm(model.parameters(), 1e-3);
  assert.is.not(gradient.version, grown);
});

test("initialising and loading change everything", () => {
  const model = network();
  const file = encodeCheckpoint(model);
  for (const change of [() => model.initialize(3), () => decodeCheckpoint(model, file, "it")]) {
    assert.equal(changedBy(model, change), [...PARAMETERS, ...STATISTICS]);
  }
});

test.run();
