import { setImmediate } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/formats/checkpoint.ts";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { BatchNorm2d } from "../../lib/nn/batch_norm2d.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import type { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { slice } from "../../lib/ops/slice.ts";
import { sum } from "../../lib/ops/sum.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { maxAbs, uniform64 } from "../../lib/selftest/array64.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { expectClose } from "../support/expect_close.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("batch normalisation folded into convolutions");

/** Two convolutions of the same sums in another order, by Winograd or not: as test/kernels/winograd.test.ts has it. */
const RELATIVE_ERROR = 2e-5;

interface Block {
  title: string;
  conv: Conv2d;
  /** What follows the normalisation. */
  rest: Module[];
  /** Of the pictures. */
  shape: [h: number, w: number, cin: number];
}

const BLOCKS: Block[] = [
  {
    title: "3×3 on many channels, ReLU, max pooling",
    conv: new Conv2d(4, 8, 3, { padding: 1 }),
    rest: [new ReLU(), new MaxPool2d(2)],
    shape: [14, 14, 4],
  },
  {
    title: "the same on a map of odd size",
    conv: new Conv2d(4, 8, 3, { padding: 1 }),
    rest: [new ReLU(), new MaxPool2d(2)],
    shape: [7, 5, 4],
  },
  {
    title: "3×3 on many channels, ReLU, the mean of the map",
    conv: new Conv2d(8, 12, 3, { padding: 1, bias: false }),
    rest: [new ReLU(), new AdaptiveAvgPool2d(1)],
    shape: [7, 7, 8],
  },
  {
    title: "3×3 on one channel, ReLU, max pooling",
    conv: new Conv2d(1, 8, 3, { padding: 1 }),
    rest: [new ReLU(), new MaxPool2d(2)],
    shape: [28, 28, 1],
  },
  {
    title: "5×5 with stride, another pooling",
    conv: new Conv2d(3, 5, 5, { padding: 2, stride: 2, bias: false }),
    rest: [new ReLU(), new MaxPool2d(3, { stride: 1 })],
    shape: [12, 9, 3],
  },
  { title: "nothing behind it", conv: new Conv2d(4, 4, 3, { padding: 1 }), rest: [], shape: [6, 6, 4] },
];

/** The block as a network, its parameters and statistics drawn at random, in evaluation. */
function network({ conv, rest }: Block): Sequential {
  const bn = new BatchNorm2d(conv.weight.shape[3]);
  [bn.weight, bn.bias, bn.runningMean].forEach((each, i) => {
    each.data.set(uniform64(each.shape, i + 1).data);
  });
  bn.runningVar.data.set(uniform64(bn.runningVar.shape, 4, 0.1, 2).data);
  const layers = [conv, bn, ...rest].map((layer, i): [string, Module] => [`layer${i}`, layer]);
  return new Sequential(Object.fromEntries(layers)).eval();
}

function images(n: number, [h, w, cin]: Block["shape"]): Tensor<"f32"> {
  return tensor(uniform64([n, h, w, cin], 9).data, [n, h, w, cin]);
}

function inference(model: Module, x: Tensor): number[] {
  return scope(() => [...noGrad(() => model.forward(x)).data]);
}

function layerByLayer(model: Module, x: Tensor): number[] {
  return scope(() => noGrad(() => [...model.children().reduce((h, [, layer]) => layer.forward(h), x).data]));
}

for (const block of BLOCKS) {
  test(`${block.title}: the same as layer by layer`, () => {
    const model = network(block);
    const x = images(9, block.shape);
    const plain = layerByLayer(model, x);
    expectClose(inference(model, x), plain, RELATIVE_ERROR * maxAbs(plain));
  });

  test(`${block.title}: a picture alone gives the bits it gives in a batch`, () => {
    const model = network(block);
    const x = images(19, block.shape);
    const together = inference(model, x);
    const size = together.length / 19;
    for (const i of [0, 7, 18]) {
      assert.equal(inference(model, slice(x, i, i + 1)), together.slice(i * size, (i + 1) * size));
    }
  });

  test(`${block.title}: where a gradient may follow, it goes layer by layer`, () => {
    const model = network(block);
    const x = images(3, block.shape);
    const y = model.forward(x);
    assert.equal([...y.data], layerByLayer(model, x));
    backward(sum(y));
    assert.ok(model.parameters().every(({ grad }) => grad));
  });
}

const [first, , mean] = BLOCKS;

const changes: Record<string, (model: Sequential, x: Tensor) => void> = {
  "a step of the optimizer": (model, x) => {
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    optimizer.zeroGrad();
    backward(sum(model.forward(x)));
    optimizer.step();
  },
  "a forward in training": (model, x) => {
    model.train().forward(x);
    model.eval();
  },
  "a checkpoint": (model) => {
    const file = encodeCheckpoint(model);
    model.initialize(7);
    const other = encodeCheckpoint(model);
    decodeCheckpoint(model, file, "it");
    decodeCheckpoint(model, other, "it");
  },
  "a write to data": (model) => {
    model.parameters()[0].data[3] += 1;
  },
  "a write to the data of a view": (model) => {
    const bias = model.parameters()[3];
    noGrad(() => slice(bias, 0, 2)).data[1] += 1;
  },
};

for (const [title, change] of Object.entries(changes)) {
  test(`${title} changes what comes next`, () => {
    const model = network(first);
    const x = images(4, first.shape);
    const before = inference(model, x);
    assert.equal(inference(model, x), before);
    change(model, x);
    const plain = layerByLayer(model, x);
    assert.not.equal(inference(model, x), before);
    expectClose(inference(model, x), plain, RELATIVE_ERROR * maxAbs(plain));
  });
}

test("two models do not share what was folded, nor does a convolution that changes its normalisation", () => {
  const x = images(2, mean.shape);
  const [model, other] = [network(mean), network(mean)];
  const [[, conv], [, bn]] = [model.children()[0], other.children()[1] as [string, BatchNorm2d]];
  bn.bias.data.fill(3);
  const before = inference(model, x);
  inference(new Sequential({ conv, bn }).eval(), x);
  assert.equal(inference(model, x), before);
  const plain = layerByLayer(other, x);
  expectClose(inference(other, x), plain, RELATIVE_ERROR * maxAbs(plain));
});

test("what was folded is kept once: a change replaces it, and memory stays flat", () => {
  const model = network(first);
  const x = images(2, first.shape);
  assert.is(
    leaks(() => inference(model, x)),
    0,
  );
  assert.is(
    leaks(() => {
      model.parameters()[0].data[0] += 1;
      inference(model, x);
    }),
    0,
  );
});

test("it goes with its model, to the garbage collector", async () => {
  const x = images(1, first.shape);
  const usage = async (): Promise<number> => {
    for (let i = 0; i < 5; i++) {
      (globalThis as { gc?: () => void }).gc?.();
      await setImmediate();
    }
    return memoryUsage().inUseBytes;
  };
  const before = await usage();
  (() => {
    const conv = new Conv2d(4, 8, 3, { padding: 1 });
    inference(network({ ...first, conv }), x);
  })();
  assert.ok(memoryUsage().inUseBytes > before);
  assert.is(await usage(), before);
});

test("a layer whose forward is somebody's own is asked, not passed by", () => {
  class Loud extends BatchNorm2d {
    override forward(x: Tensor): Tensor<"f32"> {
      calls++;
      return super.forward(x);
    }
  }
  let calls = 0;
  const model = new Sequential({ conv: new Conv2d(4, 4, 3), bn: new Loud(4), relu: new ReLU() }).eval();
  inference(model, images(1, [4, 4, 4]));
  assert.is(calls, 1);
});

test("an eps that batchNorm2d refuses is refused", () => {
  const model = new Sequential({
    conv: new Conv2d(4, 4, 3),
    bn: Object.assign(new BatchNorm2d(4), { eps: -1 }),
  }).eval();
  assert.throws(
    () => inference(model, images(1, [4, 4, 4])),
    (error: unknown) => error instanceof OptionError && /eps must be/.test(error.message),
  );
});

test.run();
