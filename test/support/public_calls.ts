// A valid call of everything public, for tests that go wrong in one of its arguments.

import { readFileSync } from "node:fs";
import * as data from "../../data/index.ts";
import * as lib from "../../lib/index.ts";
import * as plot from "../../lib/plot/index.ts";
import * as models from "../../models/index.ts";

export interface PublicCall {
  /** Fresh arguments, each as plain as it can be. */
  args(): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are wrong on purpose
  run(...args: any[]): unknown;
}

/** The entries that run everywhere, by the name that packages import. */
export const ENTRIES: Readonly<Record<string, object>> = { lib, "lib/plot": plot, models, data };

const { tensor, ones, zeros, Linear, Sequential, ReLU } = lib;

const image = () => ones([2, 6, 6, 4]);
const model = () => new Sequential({ fc: new Linear(4, 3), act: new ReLU() });
const classifier = () => new Sequential({ flatten: new lib.Flatten(), fc: new Linear(16, 3) });
const labels = () => tensor([0, 2], [2], "i32");
const grad = () => {
  const x = ones([3]);
  x.requiresGrad = true;
  return x;
};
const digits = () => zeros([6, 4, 4], "u8");
const dataset = () => new lib.Dataset({ name: "dots", images: digits(), labels: zeros([6], "u8"), classes: 3 });
const params = () => new Linear(2, 2).parameters();
const report = () => ({
  epoch: 1,
  trainLoss: 0.5,
  trainAccuracy: 0.9,
  validationLoss: 0.4,
  validationAccuracy: 0.9,
  seconds: 1,
  samplesPerSecond: 10,
  learningRate: 0.1,
});
const progress = () => ({
  epoch: 1,
  step: 0,
  seen: 0,
  lossSum: 0,
  right: 0,
  epochSeconds: 0,
  seconds: 0,
  learningRate: 0.1,
});
const state = () => ({ setup: { seed: 0 }, progress: { ...progress(), epoch: 2 }, epochs: [report()], tensors: {} });
const stored = () => ({ w: { dtype: "F32", shape: [2], data: new Float32Array(2) } });
const file = () => lib.encodeSafetensors({ w: { dtype: "F32", shape: [2], data: new Float32Array(2) } });
const trainer = (more: object = {}) => {
  const network = classifier();
  const optimizer = new lib.SGD(network.parameters(), { lr: 0.1 });
  return new lib.Trainer(network, { optimizer, epochs: 1, batchSize: 4, ...more });
};
const digitReader = () => models.linear();
const recipe = () => models.recipeFor("linear", "fast");
const evaluationRecord = () => ({
  model: "linear",
  checkpoint: "linear.safetensors",
  version: null,
  trainedOn: "MNIST",
  dataset: "mnist",
  datasetSha256: "0",
  images: 4,
  evaluation: lib.evaluationOf(ones([2, 3]), labels()),
  shifted: null,
});
const comparison = () => ({
  dataset: "mnist",
  datasetSha256: "0",
  images: 2,
  kernels: "simd",
  threads: 1,
  contestants: [],
  disagreement: models.disagreementOf(
    [1, 2],
    [
      [1, 3],
      [1, 2],
    ],
  ),
});
const mnistFile = (name: string) => readFileSync(`data/mnist-sample/${name}.gz`);
const mnistFiles = () => ({
  images: mnistFile(data.MNIST_FILES.test.images.name),
  labels: mnistFile(data.MNIST_FILES.test.labels.name),
});
const picture = () => ({ width: 2, height: 2, data: new Uint8Array(16) });

function call(args: () => unknown[], run: PublicCall["run"]): PublicCall {
  return { args, run };
}
const unary = (run: PublicCall["run"]): PublicCall => call(() => [ones([2, 3])], run);
const binary = (run: PublicCall["run"]): PublicCall => call(() => [ones([2, 3]), ones([2, 3])], run);
const reduction = (run: PublicCall["run"]): PublicCall => call(() => [ones([2, 3]), [0], { keepDims: true }], run);
const layer = (make: () => lib.Module, x = image): PublicCall =>
  call(
    () => [x()],
    (given) => make().forward(given),
  );

/** By the export's name; "Dataset.take" is a method. */
export const PUBLIC_CALLS: Readonly<Record<string, PublicCall>> = {
  // autograd
  backward: call(() => [lib.sum(grad()), { retainGraph: true }], lib.backward),
  noGrad: call(() => [() => 1], lib.noGrad),
  exact: call(() => [() => 1], lib.exact),
  defineOp: call(
    () => [
      "double",
      { inputs: { x: "f32" }, forward: (_: unknown, x: lib.Tensor) => lib.mul(x, 2), backward: () => [null] },
    ],
    (...args: Parameters<typeof lib.defineOp<[lib.Tensor]>>) => lib.defineOp(...args)(ones([2])),
  ),
  gradcheck: call(() => [(x: lib.Tensor) => lib.mul(x, x), [grad()], { step: 0.01, roundings: 16 }], lib.gradcheck),

  // data
  augmentImages: call(
    () => [digits(), labels(), { rotate: 1, shift: 1 }, { seed: 0, epoch: 0, position: 0 }, { mean: 0, std: 1 }],
    lib.augmentImages,
  ),
  Batches: call(
    () => [1],
    (first) => [...dataset().batches({ batchSize: 2 }).from(first)],
  ),
  Dataset: call(
    () => [
      {
        name: "dots",
        images: digits(),
        labels: zeros([6], "u8"),
        classes: 3,
        digest: "d",
        normalization: { mean: [0.5], std: 1 },
      },
    ],
    (options) => new lib.Dataset(options),
  ),
  "Dataset.take": call(
    () => [2],
    (n) => dataset().take(n),
  ),
  "Dataset.split": call(
    () => [2, { seed: 1, how: "random" }],
    (...args) => dataset().split(...(args as [number])),
  ),
  "Dataset.batches": call(
    () => [{ batchSize: 2, seed: 1, epoch: 1, dropLast: true, augment: { rotate: 1 } }],
    (options) => [...dataset().batches(options)],
  ),
  distortImages: call(() => [digits(), labels(), { rotate: 1, scaleX: 1 }, { mean: 0, std: 1 }], lib.distortImages),
  readIdx: call(() => [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7), "labels", { rank: 1 }], lib.readIdx),
  normalizeImages: call(() => [digits(), { mean: 0.5, std: [0.5] }, labels()], lib.normalizeImages),

  // formats
  decodeCheckpoint: call(() => [model(), lib.encodeCheckpoint(model()), "file"], lib.decodeCheckpoint),
  encodeCheckpoint: call(() => [model(), { note: "text" }], lib.encodeCheckpoint),
  loadStateDict: call(() => [model(), lib.stateDict(model()), { source: "file" }], lib.loadStateDict),
  stateDict: call(() => [model()], lib.stateDict),
  encodeOnnx: call(
    () => [model(), { inputShape: [4], name: "net", description: "d", metadata: { k: "v" }, inputName: "x" }],
    lib.encodeOnnx,
  ),
  decodeSafetensors: call(() => [file(), "file"], lib.decodeSafetensors),
  encodeSafetensors: call(() => [stored(), { note: "text" }], lib.encodeSafetensors),
  encodeEvent: call(() => [{ wallTime: 1, step: 2, scalars: { loss: 0.5 } }], lib.encodeEvent),
  encodeFileVersion: call(() => [1], lib.encodeFileVersion),
  weightsDigest: call(() => [model(), () => "digest"], lib.weightsDigest),

  // nn
  AdaptiveAvgPool2d: call(
    () => [[2, 2]],
    (size) => new lib.AdaptiveAvgPool2d(size),
  ),
  "AdaptiveAvgPool2d.forward": layer(() => new lib.AdaptiveAvgPool2d(1)),
  AvgPool2d: call(
    () => [2, { stride: 2, padding: 1 }],
    (size, options) => new lib.AvgPool2d(size, options),
  ),
  "AvgPool2d.forward": layer(() => new lib.AvgPool2d(2)),
  BatchNorm2d: call(
    () => [4, { eps: 1e-5, momentum: 0.1 }],
    (n, options) => new lib.BatchNorm2d(n, options),
  ),
  "BatchNorm2d.forward": layer(() => new lib.BatchNorm2d(4)),
  Conv2d: call(
    () => [4, 4, 3, { stride: 1, padding: 1, bias: true, seed: 1 }],
    (cin, cout, k, options) => new lib.Conv2d(cin, cout, k, options),
  ),
  "Conv2d.forward": layer(() => new lib.Conv2d(4, 4, 3)),
  countParameters: call(() => [model()], lib.countParameters),
  Dropout: call(
    () => [0.5, { seed: 1 }],
    (p, options) => new lib.Dropout(p, options),
  ),
  "Dropout.forward": layer(() => new lib.Dropout(0.5)),
  "Dropout.setRandomState": call(
    () => [1, 2],
    (seed, step) => {
      const dropout = new lib.Dropout(0.5);
      dropout.setRandomState(seed, step);
      return dropout.forward(ones([2]));
    },
  ),
  Flatten: layer(() => new lib.Flatten()),
  GELU: call(
    () => [{ approximate: "tanh" }],
    (options) => new lib.GELU(options),
  ),
  "GELU.forward": layer(() => new lib.GELU()),
  Linear: call(
    () => [4, 3, { bias: true, seed: 1 }],
    (i, o, options) => new Linear(i, o, options),
  ),
  "Linear.forward": layer(
    () => new Linear(4, 3),
    () => ones([2, 4]),
  ),
  MaxPool2d: call(
    () => [2, { stride: 2, padding: 1 }],
    (size, options) => new lib.MaxPool2d(size, options),
  ),
  "MaxPool2d.forward": layer(() => new lib.MaxPool2d(2)),
  Module: call(
    () => [1, "path"],
    (seed, path) => model().initialize(seed, path),
  ),
  "Module.registerModule": call(
    () => ["name", new ReLU()],
    (name, module) => model().registerModule(name, module),
  ),
  "Module.registerParameter": call(
    () => ["name", ones([2])],
    (name, x) => model().registerParameter(name, x),
  ),
  "Module.registerBuffer": call(
    () => ["name", ones([2])],
    (name, x) => model().registerBuffer(name, x),
  ),
  ReLU: layer(() => new ReLU()),
  Residual: call(
    () => [new Linear(4, 4), new Linear(4, 4)],
    (main, shortcut) => new lib.Residual(main, shortcut),
  ),
  "Residual.forward": layer(
    () => new lib.Residual(new Linear(4, 4)),
    () => ones([2, 4]),
  ),
  Sequential: call(
    () => [{ fc: new Linear(2, 2) }, { seed: 1 }],
    (...args: unknown[]) => new Sequential(...(args as [lib.Module])),
  ),
  "Sequential.of": call(
    () => [new Linear(2, 2), new ReLU()],
    (...args: lib.Module[]) => new Sequential(...args),
  ),
  "Sequential.forward": layer(model, () => ones([2, 4])),
  "Sequential.trace": call(
    () => [ones([2, 4])],
    (x) => model().trace(x),
  ),
  summary: call(() => [model(), [1, 4]], lib.summary),
  Sigmoid: layer(() => new lib.Sigmoid()),
  Tanh: layer(() => new lib.Tanh()),
  unregisteredParameters: call(() => [model(), lib.sum(grad())], lib.unregisteredParameters),

  // ops
  adaptiveAvgPool2d: call(() => [image(), [2, 2]], lib.adaptiveAvgPool2d),
  add: binary(lib.add),
  argmax: reduction(lib.argmax),
  avgPool2d: call(() => [image(), { kernelSize: 2, stride: 1, padding: 1 }], lib.avgPool2d),
  batchNorm2d: call(
    () => [
      image(),
      ones([4]),
      ones([4]),
      { runningMean: zeros([4]), runningVar: ones([4]), isTraining: true, momentum: 0.1, eps: 1e-5 },
    ],
    lib.batchNorm2d,
  ),
  conv2d: call(() => [image(), ones([3, 3, 4, 4]), ones([4]), { stride: 1, padding: 1 }], lib.conv2d),
  crossEntropy: call(() => [ones([2, 3]), labels(), { labelSmoothing: 0.1, reduction: "sum" }], lib.crossEntropy),
  detach: unary(lib.detach),
  div: binary(lib.div),
  dropout: call(() => [ones([3]), { p: 0.5, seed: 1, stream: 2, step: 3 }], lib.dropout),
  exp: unary(lib.exp),
  flatten: call(() => [image()], lib.flatten),
  gather: call(() => [ones([3, 2]), labels()], lib.gather),
  gelu: call(() => [ones([3]), { approximate: "tanh" }], lib.gelu),
  linear: call(() => [ones([2, 4]), ones([4, 3]), ones([3])], lib.linear),
  log: unary(lib.log),
  logSoftmax: call(() => [ones([2, 3]), 0], lib.logSoftmax),
  matmul: call(() => [ones([2, 3]), ones([3, 2])], lib.matmul),
  max: reduction(lib.max),
  maxPool2d: call(() => [image(), { kernelSize: [2, 2], stride: 1, padding: 1 }], lib.maxPool2d),
  mean: reduction(lib.mean),
  mul: binary(lib.mul),
  permutation: call(() => [5, { seed: 1, stream: 2, step: 3 }], lib.permutation),
  rand: call(() => [[2, 3], { seed: 1, stream: 2, step: 3, low: 0, high: 2 }], lib.rand),
  randn: call(() => [[2, 3], { seed: 1, mean: 0, deviation: 2 }], lib.randn),
  relu: unary(lib.relu),
  reshape: call(() => [ones([2, 3]), [3, -1]], lib.reshape),
  sigmoid: unary(lib.sigmoid),
  slice: call(() => [ones([3, 2]), 0, 2], lib.slice),
  softmax: call(() => [ones([2, 3]), 0], lib.softmax),
  sub: binary(lib.sub),
  sum: reduction(lib.sum),
  tanh: unary(lib.tanh),
  transpose: call(() => [ones([2, 3]), [1, 0]], lib.transpose),

  // optim
  Adam: call(
    () => [params(), { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1, noDecay: [] }],
    (...args: ConstructorParameters<typeof lib.Adam>) => new lib.Adam(...args),
  ),
  AdamW: call(
    () => [params(), { lr: 0.1 }],
    (...args: ConstructorParameters<typeof lib.AdamW>) => new lib.AdamW(...args),
  ),
  "Adam.loadState": call(
    () => [new lib.Adam([ones([2])]).state()],
    (given) => new lib.Adam([ones([2])]).loadState(given),
  ),
  "Adam.lr": call(
    () => [0.1],
    (lr) => {
      new lib.Adam(params()).lr = lr;
    },
  ),
  clipGradNorm: call(() => [params(), 1], lib.clipGradNorm),
  Ema: call(
    () => [params(), { decay: 0.9 }],
    (...args: ConstructorParameters<typeof lib.Ema>) => new lib.Ema(...args),
  ),
  Muon: call(
    () => [params(), { lr: 0.1, momentum: 0.9, weightDecay: 0.1 }],
    (...args: ConstructorParameters<typeof lib.Muon>) => new lib.Muon(...args),
  ),
  SGD: call(
    () => [params(), { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1, noDecay: [] }],
    (...args: ConstructorParameters<typeof lib.SGD>) => new lib.SGD(...args),
  ),
  constantLr: call(() => [{ lr: 0.1 }], lib.constantLr),
  cosineLr: call(() => [{ lr: 0.1, totalSteps: 9, warmupSteps: 2, minLr: 0.01 }], lib.cosineLr),
  oneCycleLr: call(
    () => [{ maxLr: 0.1, totalSteps: 9, pctStart: 0.3, divFactor: 25, finalDivFactor: 100 }],
    lib.oneCycleLr,
  ),
  stepLr: call(() => [{ lr: 0.1, every: 3, factor: 0.5 }], lib.stepLr),

  // runtime
  runtimeInfo: call(() => [], lib.runtimeInfo),
  supportsVariant: call(() => ["simd"], lib.supportsVariant),
  useKernels: call(() => [{}], lib.useKernels),
  memoryUsage: call(() => [], lib.memoryUsage),
  streamOf: call(() => ["name"], lib.streamOf),
  setThreads: call(() => [1, {}], lib.setThreads),

  // tensor
  empty: call(() => [[2, 3], "f32"], lib.empty),
  full: call(() => [[2, 3], 0.5, "f32"], lib.full),
  ones: call(() => [[2, 3], "f32"], ones),
  tensor: call(() => [[1, 2], [2], "i32"], tensor),
  zeros: call(() => [[2, 3], "f32"], zeros),
  scope: call(() => [() => 1], lib.scope),
  Tensor: call(
    () => ["f32", [2, 3]],
    (dtype, shape) => new lib.Tensor(dtype, shape),
  ),

  // train
  evaluate: call(() => [classifier(), dataset(), { batchSize: 4, distort: { rotate: 1 } }], lib.evaluate),
  evaluateAsync: call(() => [classifier(), dataset(), { batchSize: 4, onProgress() {} }], lib.evaluateAsync),
  reliabilityOf: call(() => [ones([2, 3]), labels(), { bins: 3, by: "mass" }], lib.reliabilityOf),
  evaluationOf: call(() => [ones([2, 3]), labels()], lib.evaluationOf),
  evaluateShiftedAsync: call(() => [classifier(), dataset(), { shift: 1, batchSize: 4 }], lib.evaluateShiftedAsync),
  historyOf: call(() => [[report()], { restoreBest: true }], lib.historyOf),
  accuracyOf: call(() => [[[1, 0], [0, 1]]], lib.accuracyOf), // biome-ignore format: one line
  classMetrics: call(() => [[[1, 0], [0, 1]]], lib.classMetrics), // biome-ignore format: one line
  emptyConfusion: call(() => [3], lib.emptyConfusion),
  predict: call(() => [classifier(), dataset(), { batchSize: 4, distort: { rotate: 1 } }], lib.predict),
  predictAsync: call(() => [classifier(), ones([2, 16]), { batchSize: 4 }], lib.predictAsync),
  recalibrate: call(() => [classifier(), dataset().batches({ batchSize: 4 })], lib.recalibrate),
  Trainer: call(
    () => {
      const network = classifier();
      return [
        network,
        {
          optimizer: new lib.SGD(network.parameters(), { lr: 0.1 }),
          schedule: () => 0.1,
          epochs: 1,
          batchSize: 4,
          seed: 1,
          clipNorm: 1,
          labelSmoothing: 0.1,
          augment: { rotate: 1 },
          average: { decay: 0.9, calibration: 4 },
          restoreBest: true,
          patience: 1,
          maxSeconds: 1,
          onStep() {},
          onEpoch() {},
          onCheckpoint() {},
          checkpointSeconds: 1,
        },
      ];
    },
    (...args: ConstructorParameters<typeof lib.Trainer>) => new lib.Trainer(...args),
  ),
  "Trainer.fit": call(
    () => [dataset(), dataset(), {}],
    (...args: [lib.Dataset, lib.Dataset]) => trainer().fit(...args),
  ),
  decodeTrainingState: call(() => [lib.encodeTrainingState(state()), "file"], lib.decodeTrainingState),
  encodeTrainingState: call(() => [state(), { note: "text" }], lib.encodeTrainingState),

  // plot
  comparisonSvg: call(
    () => [
      {
        title: "t",
        subtitle: "s",
        measures: [{ key: "k", label: "l", unit: "s", better: "lower" }],
        entries: [{ name: "n", values: { k: 1 } }],
      },
    ],
    plot.comparisonSvg,
  ),
  confusionSvg: call(() => [[[1, 0], [0, 1]], ["a", "b"], { title: "t", subtitle: "s" }], plot.confusionSvg), // biome-ignore format: one line
  contactSheet: call(
    () => [
      digits(),
      [{ index: 0, label: 1, predicted: 2, confidence: 0.5, loss: 1 }],
      { classes: ["a", "b", "c"], columns: 1, scale: 2 },
    ],
    plot.contactSheet,
  ),
  reliabilitySvg: call(
    () => [lib.reliabilityOf(ones([2, 3]), labels()), { title: "t", subtitle: "s" }],
    plot.reliabilitySvg,
  ),
  curvesSvg: call(
    () => [
      { epochs: [report()], best: report(), kept: null },
      { steps: [{ epoch: 1, step: 1, loss: 1, learningRate: 0.1 }], title: "t", subtitle: "s" },
    ],
    plot.curvesSvg,
  ),
  findMistakes: call(() => [classifier(), dataset(), { batchSize: 4, count: 3, by: "loss" }], plot.findMistakes),
  worstMistakes: call(() => [ones([2, 3]), labels(), { count: 3, rows: "logits", by: "loss" }], plot.worstMistakes),

  // models
  cnn: call(() => [{ seed: 1, dropout: 0.2 }], models.cnn),
  Classifier: call(
    () => [digitReader(), { batchSize: 2, clock: () => 0 }],
    (...args: ConstructorParameters<typeof models.Classifier>) => new models.Classifier(...args),
  ),
  "Classifier.read": call(
    () => [[new Uint8Array(784).fill(1), { pixels: new Uint8Array(784), warnings: [], isBlank: true }]],
    (input) => new models.Classifier(digitReader()).read(input),
  ),
  Experiment: call(
    () => [
      { model: "linear", recipe: recipe(), seed: 0, patience: 3 },
      { train: dataset(), validation: dataset(), test: dataset() },
      { maxSeconds: 1, checkpointSeconds: 1 },
    ],
    (...args: ConstructorParameters<typeof models.Experiment>) => new models.Experiment(...args),
  ),
  describeMeasuredOn: call(() => [{ dataset: "mnist", images: 100 }], models.describeMeasuredOn),
  errorsOf: call(
    () => [
      {
        confusion: [
          [3, 1],
          [0, 2],
        ],
      },
    ],
    models.errorsOf,
  ),
  isTrainedOnPart: call(() => [{ dataset: "mnist", trainedOn: "MNIST's first 10,000" }], models.isTrainedOnPart),
  disagreementOf: call(
    () => [
      [1, 2],
      [Uint8Array.of(1, 3), [1, 2]],
    ],
    models.disagreementOf,
  ),
  isMnistTest: call(() => [{ dataset: "mnist", images: 100 }], models.isMnistTest),
  isModelName: call(() => ["cnn"], models.isModelName),
  isStill: call(() => [{ ...models.STILL }], models.isStill),
  makeOptimizer: call(() => [digitReader(), recipe()], models.makeOptimizer),
  makeSchedule: call(() => [recipe(), 10], models.makeSchedule),
  measureSpeed: call(() => [digitReader(), [new Uint8Array(784)], { clock: () => 0 }], models.measureSpeed),
  networkOf: call(() => ["cnn"], models.networkOf),
  readCheckpointMetadata: call(() => [{ model: "cnn", seed: "1" }], models.readCheckpointMetadata),
  readTrainEvent: call(() => ['{"event":"failed","model":"cnn","run":"r","error":"e"}'], models.readTrainEvent),
  readTrainedOn: call(() => ["mnist", null], models.readTrainedOn),
  recipeFor: call(
    () => ["cnn", "fast", { epochs: 2, lr: 0.1, augment: { rotate: 3 }, cooldown: 0.5 }],
    models.recipeFor,
  ),
  calibrate: call(
    () => [models.linear(), dataset(), dataset()],
    (...args: [lib.Sequential, lib.Dataset, lib.Dataset]) => models.calibrate(...args),
  ),
  readDigitLikeness: call(() => ["AAAA"], models.readDigitLikeness),
  trainedMetadata: call(
    () => [
      {
        spec: { model: "cnn", seed: 1 },
        data: { train: dataset(), test: dataset() },
        ...{ dataset: "mnist", trainedOn: "MNIST", kept: null, testAccuracy: 0.99, calibration: null },
      },
    ],
    models.trainedMetadata,
  ),
  writeCheckpointMetadata: call(
    () => [models.readCheckpointMetadata({ model: "cnn" })],
    models.writeCheckpointMetadata,
  ),
  readingsOf: call(
    () => [{ pixels: new Uint8Array(784), warnings: [], isBlank: false, others: [reading()] }],
    models.readingsOf,
  ),
  chooseReading: call(
    () => [[{ ...reading(), probabilities: Array(10).fill(0.1), latencyMs: 1 }]],
    models.chooseReading,
  ),
  mostProbable: call(() => [[0.1, 0.9]], models.mostProbable),
  digitsOf: call(() => [locatedDigits()], models.digitsOf),
  chooseDigits: call(
    () => [locatedDigits(), [{ probabilities: Array(10).fill(0.1), isDigit: null, reason: null, latencyMs: 1 }]],
    models.chooseDigits,
  ),
  blankAnswer: call(() => [["low contrast"]], models.blankAnswer),
  writeAnswer: call(() => [new models.Classifier(digitReader()).read(new Uint8Array(784).fill(1))], models.writeAnswer),
  writeComparison: call(() => [comparison()], models.writeComparison),
  writeEvaluation: call(() => [evaluationRecord()], models.writeEvaluation),
  writeTrainEvent: call(() => [{ event: "failed", model: "cnn", run: "r", error: "e" }], models.writeTrainEvent),
  "linear of models": call(() => [{ seed: 1 }], models.linear),

  // pictures
  Drawing: call(
    () => [],
    () => new data.Drawing(),
  ),
  "Drawing.draw": call(
    () => [{ x: 1, y: 2 }],
    (point) => new data.Drawing().draw(point),
  ),
  pictureOf: call(
    () => [
      [
        [
          { x: 1, y: 2 },
          { x: 3, y: 4 },
        ],
      ],
    ],
    data.pictureOf,
  ),
  smooth: call(
    () => [
      [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
        { x: 5, y: 6 },
      ],
    ],
    data.smooth,
  ),
  readMnist: call(() => [mnistFiles(), { role: "test" }], data.readMnist),
  preprocessDigit: call(() => [picture()], data.preprocessDigit),
  readingLines: call(() => [[{ box: { left: 1, top: 2, width: 3, height: 4 } }]], data.readingLines),
  mayBeSeveral: call(() => [["low contrast"]], data.mayBeSeveral),
  namingWayToAll: call(() => [["low contrast"], "--all"], data.namingWayToAll),
  preprocessPlain: call(() => [picture()], data.preprocessPlain),
  preprocessDigits: call(() => [picture()], data.preprocessDigits),
  syntheticDigits: call(() => [{ count: 2, seed: 1, start: 3 }], data.syntheticDigits),
  syntheticDigitsAsync: call(() => [{ count: 2, seed: 1, start: 3 }], data.syntheticDigitsAsync),
};

function reading() {
  return { pixels: new Uint8Array(784), warnings: ["low contrast"], doubt: 0 };
}

function locatedDigits() {
  const box = { left: 0, top: 0, width: 28, height: 28 };
  return [{ groups: [[[{ pixels: new Uint8Array(784), box, warnings: [] }]]], doubt: 0 }];
}
