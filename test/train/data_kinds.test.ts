import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { Dataset } from "../../lib/data/dataset.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import type { Module } from "../../lib/nn/module.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { mean } from "../../lib/ops/mean.ts";
import { mul } from "../../lib/ops/mul.ts";
import { sub } from "../../lib/ops/sub.ts";
import { AdamW } from "../../lib/optim/adam.ts";
import { curvesSvg } from "../../lib/plot/curves.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { evaluate, evaluateAsync, evaluationOf } from "../../lib/train/evaluate.ts";
import type { Loss } from "../../lib/train/loss.ts";
import { predict } from "../../lib/train/predict.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import { decodeTrainingState, encodeTrainingState, type TrainingState } from "../../lib/train/training_state.ts";
import { expectClose } from "../support/expect_close.ts";
import { weightsOf } from "../support/resumed_run.ts";

const test = suite("Trainer on any data");

const SIDE = 8;
const COLOURS = { mean: [0.3, 0.4, 0.5], std: [0.2, 0.25, 0.3] };

/** Noise in which one channel is brighter than the others: which one is the class. */
function tinted(count: number, seed: number): Dataset<"u8", "u8"> {
  const noise = uniform64([count, SIDE, SIDE, 3], seed, 0, 150).data;
  const labels = Uint8Array.from({ length: count }, (_, n) => (n * 5 + (n >> 2)) % 3);
  const images = Uint8Array.from(
    noise,
    (value, i) => value + (i % 3 === labels[Math.floor(i / SIDE ** 2 / 3)] ? 40 : 0),
  );
  return new Dataset({
    name: "tinted",
    images: tensor(images, [count, SIDE, SIDE, 3]),
    labels: tensor(labels),
    normalization: COLOURS,
  });
}

/** Rejected or thrown. */
const refused = async (
  work: () => unknown,
  type: abstract new (...args: never[]) => Error,
  message: RegExp,
): Promise<void> => {
  const error = await (async () => work())().catch((caught: Error) => caught);
  assert.instance(error, Error);
  assert.instance(error, type);
  assert.match((error as Error).message, message);
};

const smallCnn = (): Sequential =>
  new Sequential(
    {
      conv: new Conv2d(3, 8, 3, { padding: 1 }),
      relu: new ReLU(),
      pool: new MaxPool2d(2),
      flatten: new Flatten(),
      fc: new Linear(8 * (SIDE / 2) ** 2, 3),
    },
    { seed: 1 },
  );

test("images of three channels, each normalised by its own numbers, are learned, augmented or not", async () => {
  const [train, validation] = [tinted(240, 1), tinted(90, 2)];
  for (const augment of [undefined, { shift: 1, rotate: 10 }]) {
    const model = smallCnn();
    const optimizer = new AdamW(model.parameters(), { lr: 0.01 });
    const { best } = await new Trainer(model, { optimizer, epochs: 3, batchSize: 24, augment }).fit(train, validation);
    assert.ok((best?.validationAccuracy ?? 0) > 0.95, JSON.stringify(best));
    assert.is(evaluate(model, validation).accuracy, best?.validationAccuracy);
  }
});

/** y = 2a − b + 0.5c + 1 and a second one, of features far from 0 and from each other's size. */
function plane(count: number, seed: number): Dataset<"f32", "f32"> {
  const x = uniform64([count, 3], seed).data;
  const features = Float32Array.from(x, (value, i) => [100, -5, 0.01][i % 3] * (value + 3));
  const targets = Float32Array.from({ length: 2 * count }, (_, at) => {
    const [a, b, c] = x.subarray(3 * (at >> 1));
    return at % 2 === 0 ? 2 * a - b + 0.5 * c + 1 : a - c;
  });
  return new Dataset({
    name: `plane ${seed}`,
    features: tensor(features, [count, 3]),
    targets: tensor(targets, [count, 2]),
    normalization: { mean: [300, -15, 0.03], std: [58, 2.9, 0.0058] },
  });
}

function meanSquaredError(output: Tensor<"f32">, target: Tensor<"f32">): Tensor<"f32"> {
  const difference = sub(output, target);
  return mean(mul(difference, difference));
}

const perceptron = (): Sequential => new Sequential({ fc: new Linear(3, 2) }, { seed: 1 });

function regression(model: Module, more: object = {}): Trainer {
  const optimizer = new AdamW(model.parameters(), { lr: 0.05, weightDecay: 0 });
  return new Trainer(model, { optimizer, epochs: 6, batchSize: 16, loss: meanSquaredError, seed: 2, ...more });
}

test("a regression on feature vectors is learned by a user's loss: it has losses, and no accuracies", async () => {
  const [train, validation] = [plane(200, 1), plane(50, 2)];
  const model = perceptron();
  const history = await regression(model, { epochs: 20 }).fit(train, validation);
  const { best, epochs } = history;
  assert.ok((best?.validationLoss ?? 1) < 1e-3, JSON.stringify(best));
  for (const { trainAccuracy, validationAccuracy } of epochs) {
    assert.equal([trainAccuracy, validationAccuracy], [Number.NaN, Number.NaN]);
  }
  // The best is the one of the lowest loss, and the model holds it.
  assert.is(best?.validationLoss, Math.min(...epochs.map(({ validationLoss }) => validationLoss)));
  const found = evaluate(model, validation, { loss: meanSquaredError, batchSize: 16 });
  assert.equal(found, { loss: best?.validationLoss });
  assert.equal(await evaluateAsync(model, validation, { loss: meanSquaredError, batchSize: 16 }), found);

  const outputs = predict(model, validation);
  assert.equal(outputs.shape, [50, 2]);
  const squares = Array.from(outputs.data, (value, i) => (value - validation.targets.data[i]) ** 2);
  expectClose([found.loss], [squares.reduce((sum, value) => sum + value, 0) / 100], 1e-6);

  const svg = curvesSvg(history);
  assert.not.match(svg, /Accuracy|NaN/);
  assert.match(svg, /kept: epoch \d+, loss [\d.e-]+/);
});

test("a regression that was stopped and resumed ends with the same bits", async () => {
  const [train, validation] = [plane(100, 1), plane(50, 2)];
  const whole = perceptron();
  const expected = await regression(whole).fit(train, validation);
  const states: Uint8Array[] = [];
  const onCheckpoint = (state: TrainingState): void => void states.push(encodeTrainingState(state));
  await regression(perceptron(), { onCheckpoint, checkpointSeconds: 0 }).fit(train, validation);
  for (const bytes of [states[3], states[9], states[20]]) {
    const { state } = decodeTrainingState(bytes, "state");
    assert.is(state.setup.loss, "meanSquaredError");
    const model = perceptron();
    const { epochs } = await regression(model).fit(train, validation, { resume: state });
    assert.is(weightsOf(model), weightsOf(whole));
    assert.equal(
      epochs.map(({ validationLoss }) => validationLoss),
      expected.epochs.map(({ validationLoss }) => validationLoss),
    );
  }
  const { state } = decodeTrainingState(states[3], "state");
  const other: Loss = (output, target) => meanSquaredError(output, target as Tensor<"f32">);
  const error = await regression(perceptron(), { loss: other })
    .fit(train, validation, { resume: state })
    .catch((caught) => caught);
  assert.match(error.message, /loss is "meanSquaredError" in the state but "other" here/);
});

test("a regression stops for want of a better loss", async () => {
  const model = perceptron();
  const optimizer = new AdamW(model.parameters(), { lr: 0 });
  const trainer = new Trainer(model, { optimizer, epochs: 9, batchSize: 16, loss: meanSquaredError, patience: 2 });
  const { epochs, best, stopped } = await trainer.fit(plane(32, 1), plane(32, 2));
  assert.equal([epochs.length, best?.epoch, stopped?.by], [3, 1, "patience"]);
});

test("targets may be probabilities, and crossEntropy their loss", async () => {
  const [train, validation] = [tinted(240, 1), tinted(90, 2)];
  const soft = ({ name, images, labels }: Dataset<"u8", "u8">): Dataset<"f32", "u8"> => {
    const targets = zeros([labels.size, 3]);
    targets.data.fill(0.05);
    labels.data.forEach((label, n) => {
      targets.data[3 * n + label] = 0.9;
    });
    return new Dataset({ name, images, targets, normalization: COLOURS });
  };
  const model = smallCnn();
  const optimizer = new AdamW(model.parameters(), { lr: 0.01 });
  const options = { optimizer, epochs: 3, batchSize: 24, loss: crossEntropy, average: { decay: 0.9 } };
  await new Trainer(model, options).fit(soft(train), soft(validation));
  assert.ok(evaluate(model, validation).accuracy > 0.95);
});

test("labels with a user's loss keep their accuracy, and crossEntropy given is the default", async () => {
  const [train, validation] = [tinted(120, 1), tinted(60, 2)];
  const fit = async (more: object): Promise<{ model: Module; losses: number[]; accuracies: number[] }> => {
    const model = smallCnn();
    const optimizer = new AdamW(model.parameters(), { lr: 0.01 });
    const { epochs } = await new Trainer(model, { optimizer, epochs: 2, batchSize: 24, ...more }).fit(
      train,
      validation,
    );
    const losses = epochs.map(({ validationLoss }) => validationLoss);
    return { model, losses, accuracies: epochs.map(({ validationAccuracy }) => validationAccuracy) };
  };
  const plain = await fit({});
  const given = await fit({ loss: crossEntropy });
  assert.is(weightsOf(given.model), weightsOf(plain.model));
  assert.equal(given.accuracies, plain.accuracies);
  expectClose(given.losses, plain.losses, 1e-6);

  const doubled: Loss = (output, target) => mul(crossEntropy(output, target), 2);
  const twice = evaluate(plain.model, validation, { loss: doubled });
  const once = evaluationOf(predict(plain.model, validation), validation.labels);
  assert.equal(twice.confusion, once.confusion);
  expectClose([twice.loss], [2 * once.loss], 1e-6);
});

test("what does not go together is refused, with what to do", async () => {
  const model = perceptron();
  const optimizer = new AdamW(model.parameters(), { lr: 0.05 });
  const options = { optimizer, epochs: 1, batchSize: 8 };
  const [houses, labelled] = [plane(20, 1), new Dataset({ name: "kinds", features: zeros([20, 3]), labels: zeros([20], "u8") })]; // biome-ignore format: one line
  const loss = meanSquaredError;
  const noLoss = /plane 1 has targets, no labels: give a loss for them, e\.g\. loss: \(output, target\) => mean/;
  await refused(() => new Trainer(model, options).fit(houses, houses), OptionError, noLoss);
  await refused(() => evaluate(model, houses, {} as never), OptionError, noLoss);
  await refused(() => new Trainer(model, { ...options, loss }).fit(houses, labelled), DataError, /kinds has labels, plane 1 has targets/); // biome-ignore format: one line
  const each: Loss = (output) => output;
  await refused(
    () => evaluate(model, houses, { loss: each }),
    ShapeError,
    /the loss must give a scalar; got \[20, 2\]/,
  );
  await refused(() => new Trainer(model, { ...options, loss: each }).fit(houses, houses), ShapeError, /Trainer: the loss must give a scalar; got \[8, 2\]/); // biome-ignore format: one line
  await refused(
    () => new Trainer(model, { ...options, loss, labelSmoothing: 0.1 }),
    OptionError,
    /Trainer: labelSmoothing is for the default loss/,
  );
  await refused(() => new Trainer(model, { ...options, loss: "mse" as never }), OptionError, /loss must be a function; got "mse"/); // biome-ignore format: one line
  await refused(
    () => new Trainer(model, { ...options, learningRate: 1 } as never),
    OptionError,
    /no option learningRate/,
  );
  await refused(() => new Trainer(model, { epochs: 1, batchSize: 8 } as never), OptionError, /optimizer is missing; it must be an optimizer/); // biome-ignore format: one line
  await refused(() => new Trainer(optimizer as never, options), OptionError, /model must be a Module/);
  await refused(() => evaluate(model, labelled, { batchsize: 3 } as never), OptionError, /evaluate: there is no option batchsize; did you mean batchSize/); // biome-ignore format: one line
  await refused(() => predict(optimizer as never, labelled), OptionError, /predict: model must be a Module/);
  const many = new Dataset({ name: "many", features: zeros([2, 3]), labels: tensor(Int32Array.of(0, 5)) });
  await refused(() => evaluate(model, many), DataError, /evaluate: label 1 is 5, but must lie in 0 … 1\./);
});

test("outputs [N, 1] and targets [N] are refused: they would broadcast to [N, N]", async () => {
  const targets = tensor([1, 2, 3, 4]);
  const points = new Dataset({ name: "points", features: tensor([1, 2, 3, 4], [4, 1]), targets });
  const model = new Linear(1, 1);
  const loss: Loss = (output, target) => mean(mul(sub(output, target), sub(output, target)));
  const optimizer = new AdamW(model.parameters());
  const says = (op: string): RegExp =>
    new RegExp(
      `^${op}: the outputs are \\[4, 1\\], but the targets \\[4\\], and would broadcast; reshape the targets\\.$`,
    );
  await refused(() => new Trainer(model, { optimizer, epochs: 1, batchSize: 4, loss }).fit(points, points), ShapeError, says("Trainer")); // biome-ignore format: one line
  await refused(() => evaluate(model, points, { loss }), ShapeError, says("evaluate"));
  assert.throws(() => evaluate(model, points.take(1), { loss }), /\[1, 1\], but the targets \[1\]/);
});

test("an optimizer that holds none of the parameters that the model uses is refused at the first step", async () => {
  const [model, other] = [smallCnn(), smallCnn()];
  const set = tinted(8, 1);
  const fit = (...optimizers: AdamW[]) =>
    Promise.all(
      optimizers.map((optimizer) => new Trainer(model, { optimizer, epochs: 1, batchSize: 4 }).fit(set, set)),
    );
  const before = weightsOf(model);
  await refused(() => fit(new AdamW(other.parameters())), OptionError, /^Trainer: none of the optimizer's parameters is used by this model; make/); // biome-ignore format: one line
  assert.equal(weightsOf(model), before);
  await fit(new AdamW(model.parameters().slice(0, 1)));
});

test.run();
