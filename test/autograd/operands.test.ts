// What is no tensor of this library's, as any operand of any operation: refused in one line that names both.

import { runInNewContext } from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as lib from "../../lib/index.ts";

const test = suite("operands");

const { ones, tensor, zeros } = lib;
const image = () => ones([1, 4, 4, 1]);
const one = () => ones([1]);
const matrix = () => ones([2, 2]);
const labels = () => tensor([0, 1], [2], "i32");
const pictures = () => zeros([2, 3, 3], "u8");
const parameter = () => Object.assign(ones([2]), { requiresGrad: true });
const key = { seed: 0, epoch: 0, position: 0 };
const running = (mean: unknown, variance: unknown) =>
  ({ runningMean: mean, runningVar: variance, isTraining: false }) as lib.BatchNorm2dOptions;

// biome-ignore lint/suspicious/noExplicitAny: it is wrong on purpose
type Call = (operand: any) => unknown;

/** By "op: operand", as messages begin. */
const CALLS: Readonly<Record<string, Call>> = {
  "matmul: a": (it) => lib.matmul(it, matrix()),
  "matmul: b": (it) => lib.matmul(matrix(), it),
  "linear: x": (it) => lib.linear(it, matrix(), null),
  "linear: w": (it) => lib.linear(matrix(), it, null),
  "conv2d: x": (it) => lib.conv2d(it, image()),
  "conv2d: w": (it) => lib.conv2d(image(), it),
  "batchNorm2d: x": (it) => lib.batchNorm2d(it, one(), one(), running(one(), one())),
  "batchNorm2d: gamma": (it) => lib.batchNorm2d(image(), it, one(), running(one(), one())),
  "batchNorm2d: beta": (it) => lib.batchNorm2d(image(), one(), it, running(one(), one())),
  "batchNorm2d: runningMean": (it) => lib.batchNorm2d(image(), one(), one(), running(it, one())),
  "batchNorm2d: runningVar": (it) => lib.batchNorm2d(image(), one(), one(), running(one(), it)),
  "crossEntropy: logits": (it) => lib.crossEntropy(it, labels()),
  "crossEntropy: target": (it) => lib.crossEntropy(matrix(), it),
  "gather: x": (it) => lib.gather(it, labels()),
  "gather: index": (it) => lib.gather(matrix(), it),
  "maxPool2d: x": (it) => lib.maxPool2d(it, { kernelSize: 1 }),
  "avgPool2d: x": (it) => lib.avgPool2d(it, { kernelSize: 1 }),
  "adaptiveAvgPool2d: x": (it) => lib.adaptiveAvgPool2d(it, 1),
  "dropout: x": (it) => lib.dropout(it, { p: 0.5 }),
  "softmax: x": (it) => lib.softmax(it),
  "logSoftmax: x": (it) => lib.logSoftmax(it),
  "relu: x": (it) => lib.relu(it),
  "gelu: x": (it) => lib.gelu(it),
  "sigmoid: x": (it) => lib.sigmoid(it),
  "tanh: x": (it) => lib.tanh(it),
  "exp: x": (it) => lib.exp(it),
  "log: x": (it) => lib.log(it),
  "sum: x": (it) => lib.sum(it),
  "mean: x": (it) => lib.mean(it),
  "max: x": (it) => lib.max(it),
  "argmax: x": (it) => lib.argmax(it),
  "flatten: x": (it) => lib.flatten(it),
  "reshape: x": (it) => lib.reshape(it, [1]),
  "slice: x": (it) => lib.slice(it, 0),
  "transpose: x": (it) => lib.transpose(it),
  "detach: x": (it) => lib.detach(it),
  "normalizeImages: images": (it) => lib.normalizeImages(it),
  "augmentImages: images": (it) => lib.augmentImages(it, labels(), {}, key),
  "augmentImages: index": (it) => lib.augmentImages(pictures(), it, {}, key),
  "distortImages: images": (it) => lib.distortImages(it, labels(), {}),
  "distortImages: index": (it) => lib.distortImages(pictures(), it, {}),
  "backward: loss": (it) => lib.backward(it),
  "evaluationOf: logits": (it) => lib.evaluationOf(it, labels()),
  "evaluationOf: labels": (it) => lib.evaluationOf(matrix(), it),
  "predict: inputs": (it) => lib.predict(new lib.Linear(2, 2), it),
  "SGD: params[0]": (it) => new lib.SGD([it], { lr: 1 }),
  "AdamW: noDecay[0]": (it) => new lib.AdamW([one()], { noDecay: [it] }),
  "Muon: params[0]": (it) => new lib.Muon([it]),
  "Ema: params[0]": (it) => new lib.Ema([it], { decay: 0.5 }),
  "clipGradNorm: params[0]": (it) => lib.clipGradNorm([it], 1),
  "unregisteredParameters: model[0]": (it) => lib.unregisteredParameters([it], lib.sum(parameter())),
  "Sequential: x": (it) => new lib.Sequential([]).forward(it),
  "trace: x": (it) => new lib.Sequential([]).trace(it),
  "registerParameter: w": (it) => new lib.ReLU().registerParameter("w", it),
  "registerBuffer: b": (it) => new lib.ReLU().registerBuffer("b", it),
};

/** Layers hand theirs on, also where they do nothing with it. */
const LAYERS: Readonly<Record<string, lib.Module>> = {
  linear: new lib.Linear(2, 2),
  conv2d: new lib.Conv2d(1, 1, 1),
  batchNorm2d: new lib.BatchNorm2d(1),
  dropout: new lib.Dropout(0.5).eval(),
  flatten: new lib.Flatten(),
  relu: new lib.ReLU(),
};
for (const [op, layer] of Object.entries(LAYERS)) {
  test(`${layer.constructor.name}: what is no tensor is refused`, () => check(`${op}: x`, (it) => layer.forward(it)));
}

const NONE: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => 3,
  () => 10n,
  () => "x",
  () => true,
  () => Symbol("s"),
  () => () => ones([2, 2]),
  () => [[1, 2], [3, 4]], // biome-ignore format: a matrix
  () => [ones([2]), ones([2])],
  () => new Float32Array(4),
  () => new Number(3),
  () => runInNewContext("[[1, 2], [3, 4]]"),
  () => runInNewContext("new Float32Array(4)"),
  () => ({ dtype: "f32", shape: [2, 2], size: 4, ptr: 64, data: new Float32Array(4), values: new Float32Array(4) }),
  () => Object.create(lib.Tensor.prototype),
  () => new lib.Linear(2, 2),
];

function check(start: string, call: Call): void {
  for (const make of NONE) {
    const it = make();
    const says = (error: unknown): boolean =>
      error instanceof lib.DTypeError && error.message.startsWith(`${start} must be `) && !error.message.includes("\n");
    if (start.startsWith("registerParameter") && it === null) continue;
    assert.throws(() => call(it), says, `${start}: ${make}`);
  }
}

for (const [start, call] of Object.entries(CALLS)) {
  test(`${start}: what is no tensor is refused`, () => check(start, call));
}

for (const op of [lib.add, lib.sub, lib.mul, lib.div]) {
  test(`${["a sum", "a difference", "a product", "a quotient"][[lib.add, lib.sub, lib.mul, lib.div].indexOf(op)]} takes tensors and numbers alone`, () => {
    for (const make of NONE) {
      const it = make() as number;
      if (typeof it === "number") continue;
      assert.throws(() => op(matrix(), it), /: b must be a tensor; got /);
      assert.throws(() => op(it, matrix()), /: a must be a tensor; got /);
    }
  });
}

test("another dtype is refused, and what has been given back", () => {
  const others: [() => unknown, RegExp][] = [
    [() => lib.relu(zeros([2], "i32")), /^relu: x must be f32; got i32 \[2\]\.$/],
    [() => lib.matmul(matrix(), zeros([2, 2], "u8")), /^matmul: b must be f32; got u8 \[2, 2\]\.$/],
    [() => new lib.Dropout(0).forward(zeros([2], "i32")), /^dropout: x must be f32; got i32/],
    [
      () => lib.evaluationOf(matrix(), tensor([0.5, 1.7]) as never),
      /^evaluationOf: labels must be i32; got f32 \[2\]\.$/,
    ],
  ];
  for (const [call, text] of others) {
    assert.throws(call, (error: unknown) => error instanceof lib.DTypeError && text.test(error.message), `${text}`);
  }
  const gone = matrix();
  gone.dispose();
  const used: [() => unknown, RegExp][] = [
    [() => lib.relu(gone), /^relu: x \[2, 2\] was given back by dispose\(\), /],
    [() => lib.add(1, gone), /^add: b \[2, 2\] was given back/],
    [() => lib.linear(matrix(), matrix(), gone), /^linear: b \[2, 2\] was given back/],
    [() => new lib.SGD([gone], { lr: 1 }), /^SGD: params\[0\] \[2, 2\] was given back/],
    [() => new lib.Dropout(0).forward(gone), /^dropout: x \[2, 2\] was given back/],
    [() => gone.data, /^tensor: \[2, 2\] was given back/],
  ];
  for (const [call, text] of used) {
    assert.throws(call, (error: unknown) => error instanceof lib.DisposedError && text.test(error.message), `${text}`);
  }
});

const PLUS = {
  forward: (_: unknown, x: lib.Tensor, more: readonly lib.Tensor[]) =>
    more.reduce<lib.Tensor<"f32">>(lib.add, lib.mul(x, 1)),
  backward: (_: unknown, dy: lib.Tensor<"f32">) => [dy],
};

test("tensors in a list would get no gradient, and are refused where one wants it", () => {
  const plus = lib.defineOp("plus", PLUS);
  assert.equal(plus(ones([2]), [ones([2])]).toArray(), [2, 2]);
  assert.throws(
    () => plus(ones([2]), [ones([2]), parameter()]),
    (error: unknown) =>
      error instanceof lib.DTypeError &&
      error.message === "plus: argument 2 is a list of tensors; give each as an argument, for its gradient.",
  );
});

test("what is changed between forward and backward changes no gradient, and no size", () => {
  const gradient = (change: boolean): unknown[] => {
    const axes = [0];
    const pool = { kernelSize: [4, 4] as [number, number] };
    const conv = { padding: 1 };
    const entropy: lib.CrossEntropyOptions = { reduction: "mean" };
    const [x, y, w, z] = [matrix(), ones([1, 8, 8, 1]), ones([1, 1, 1, 1]), matrix()];
    for (const each of [x, y, w, z]) each.requiresGrad = true;
    const losses = [
      lib.sum(lib.mean(lib.sum(x, axes), axes)),
      lib.sum(lib.conv2d(lib.avgPool2d(lib.maxPool2d(lib.mul(y, y), pool), { kernelSize: 1 }), w, null, conv)),
      lib.crossEntropy(z, labels(), entropy),
    ];
    if (change) {
      axes[0] = 1;
      pool.kernelSize.fill(1);
      conv.padding = 0;
      entropy.reduction = "none";
    }
    for (const loss of losses) lib.backward(loss);
    return [x, y, w, z].map(({ grad }) => grad?.toArray());
  };
  assert.equal(gradient(true), gradient(false));
});

test.run();
