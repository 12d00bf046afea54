import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ShapeError } from "../../lib/base/errors.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { summary } from "../../lib/nn/summary.ts";
import { mul } from "../../lib/ops/mul.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { ones } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

const test = suite("summary");

function network(): Sequential {
  return new Sequential({
    conv1: new Conv2d(1, 32, 3, { padding: 1 }),
    bn1: new BatchNorm2d(32),
    relu1: new ReLU(),
    pool1: new MaxPool2d(2),
    flatten: new Flatten(),
    drop: new Dropout(0.5),
    fc: new Linear(6272, 10),
  });
}

class Net extends Module {
  scale = Object.assign(ones([3]).keep(), { requiresGrad: true });
  blocks = [new Linear(4, 4), new Sequential({ fc: new Linear(4, 4), again: new ReLU() })];
  unused = new Linear(1, 1);
  // A forward of the object's own, as some write it.
  override forward = (x: Tensor): Tensor<"f32"> => this.blocks.reduce((h, block) => block.forward(h), mul(x, 2));
}

test("layers, the shapes of their results and their parameters stand in a table", () => {
  assert.is(
    summary(network(), [1, 28, 28, 1]),
    `Sequential
name     layer        output           parameters
conv1    Conv2d       [1, 28, 28, 32]         320
bn1      BatchNorm2d  [1, 28, 28, 32]          64
relu1    ReLU         [1, 28, 28, 32]
pool1    MaxPool2d    [1, 14, 14, 32]
flatten  Flatten      [1, 6272]
drop     Dropout      [1, 6272]
fc       Linear       [1, 10]              62,730
total                                      63,114`,
  );
});

test("without an input shape there are no outputs; console.log and text show that table", () => {
  const net = new Net();
  for (const parameter of net.blocks[0].parameters()) parameter.requiresGrad = false;
  const table = `Net
name            layer       parameters
(itself)        Net                  3
blocks.0        Linear              20
blocks.1        Sequential
blocks.1.fc     Linear              20
blocks.1.again  ReLU
unused          Linear               2
total                               45
trained                             25`;
  assert.is(summary(net), table);
  assert.is(inspect(net), table);
  assert.is(`${net}`, table);
  assert.is(inspect({ a: { b: { c: net } } }, { breakLength: 80 }), "{ a: { b: { c: [Net] } } }");
  assert.match(inspect([net]), /^\[\n {2}Net\n {2}name /);
});

test("a layer by itself, one that is shared, and one that forward does not reach", () => {
  assert.match(String(new Linear(3, 4)), /^Linear\n.*\n\(itself\) {2}Linear +16\ntotal +16$/);
  const shared = new Linear(2, 2);
  assert.match(String(new Sequential({ a: shared, b: shared })), /\na +Linear +6\ntotal +6$/);
  assert.match(summary(new Net(), [2, 4]), /\nblocks\.1\.fc +Linear +\[2, 4\] +20\n.*\nunused +Linear +2\n/);
});

test("what is no model or no shape is refused", () => {
  assert.throws(() => summary({} as Module), /^summary: model must be a Module; got \{\}/);
  assert.throws(() => summary(network(), 784 as unknown as number[]), /^summary: a shape is an array of dimensions/);
});

test("it leaves the model as it was: modes, statistics, forward and memory", () => {
  const model = network();
  model.children()[5][1].eval();
  const net = new Net();
  const own = net.forward;
  const modes = () => model.namedModules().map(([, { isTraining }]) => isTraining);
  const before = { modes: modes(), bytes: memoryUsage().inUseBytes };
  const buffers = () => model.namedBuffers().map(([, { values }]) => [...values]);
  const state = buffers();
  summary(model, [1, 28, 28, 1]);
  summary(net, [1, 4]);
  assert.throws(() => summary(model, [1, 28, 28, 2]), (error: unknown) => error instanceof ShapeError); // biome-ignore format: one line
  assert.equal(modes(), before.modes);
  assert.equal(buffers(), state);
  assert.is(memoryUsage().inUseBytes, before.bytes);
  assert.is(net.forward, own);
  assert.ok(model.namedModules().every(([, module]) => !Object.hasOwn(module, "forward")));
});

test.run();
