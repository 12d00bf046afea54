import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { uniform } from "../../bench/benchmark.ts";
import { toState64 } from "../../bench/network64.ts";
import { type Layers, NETWORK_NAMES, type Network, networks } from "../../bench/peers/networks.ts";
import { logits64 } from "../../bench/peers/reference64.ts";
import { layOutTask } from "../../bench/peers/task.ts";
import { trainee } from "../../bench/peers/trainee.mjs";
import * as simdgrad from "../../lib/index.ts";
import { array64, maxAbs } from "../../lib/selftest/array64.ts";
import { labelCrossEntropy64 } from "../../lib/selftest/ops64.ts";
import { cnn } from "../../models/cnn.ts";

const test = suite("bench:peers, networks");

const IMAGES = 3;
/** What f32 may be off by after so many layers, relative to the largest logit; the operations' own tests are strict. */
const TOLERANCE = 1e-5;

/** As described, but for the size of the map where the mean over it makes that indifferent: the reference is slow. */
function smaller({ input: [c, ...map], layers, ...network }: Network): Network {
  const isMean = Object.values(layers).some(({ type }) => type === "meanPool");
  return { ...network, layers, input: [c, ...map.map((size) => (isMean ? 12 : size))] };
}

for (const name of NETWORK_NAMES) {
  test(`${name}: logits in evaluation, and the loss in training, are those of a reference in f64`, () => {
    const network = smaller(networks[name]);
    const { input, layers } = network;
    const size = input.reduce((product, dim) => product * dim);
    const shape = [IMAGES, ...input];
    const x: simdgrad.StoredTensor = { dtype: "F32", shape, data: uniform(IMAGES * size, 1) };
    const { model, step } = trainee(simdgrad, network, x, IMAGES, null, false);
    step(); // so that no normalisation does nothing
    const state = simdgrad.stateDict(model);
    const again = trainee(simdgrad, network, x, IMAGES, state, false);
    const pixel = (i: number): number => {
      const [c, width] = [input[0], input[2]];
      const [channel, rest] = [i % c, Math.floor(i / c) % (size / c)];
      const [row, column] = [Math.floor(rest / width), rest % width];
      return Math.floor(i / size) * size + (channel * input[1] + row) * width + column;
    };
    const images =
      input.length === 1
        ? array64(shape, (i) => x.data[i] as number)
        : array64([IMAGES, input[1], input[2], input[0]], (i) => x.data[pixel(i)] as number);
    const expect = (isTraining: boolean) => logits64(layers, toState64(state), images, isTraining);

    const [loss] = again.losses();
    const exactLoss = labelCrossEntropy64([0, 1, 2])(expect(true)).at(0);
    assert.ok(Math.abs(loss - exactLoss) <= TOLERANCE * exactLoss, `loss ${loss}, ${exactLoss} in f64`);
    const exact = expect(false).data;
    const logits = trainee(simdgrad, network, x, IMAGES, state, false).logits();
    assert.is(logits.length, exact.length);
    const error = maxAbs(exact.map((value, i) => value - logits[i])) / maxAbs(exact);
    assert.ok(error <= TOLERANCE, `logits: error ${error}`);
  });
}

test("the CNN is that of models/", () => {
  const shapes = (model: simdgrad.Module) =>
    Object.entries(simdgrad.stateDict(model)).map(([name, { shape }]) => [name, shape]);
  const x: simdgrad.StoredTensor = { dtype: "F32", shape: [1, 1, 28, 28], data: uniform(784, 1) };
  const { model } = trainee(simdgrad, networks.cnn, x, 1, null, true);
  assert.equal(shapes(model), shapes(cnn()));
  assert.equal(String(model), String(cnn()));
});

test("a task holds the description, a batch, and every tensor by the name of its layer", () => {
  const task = layOutTask({ ...networks.resnet8, input: [3, 8, 8], batch: 2 });
  try {
    const { layers, input } = JSON.parse(readFileSync(`${task.folder}/network.json`, "utf8")) as Network;
    assert.equal([layers, input], [networks.resnet8.layers as Layers, [3, 8, 8]]);
    const { tensors } = simdgrad.decodeSafetensors(readFileSync(`${task.folder}/task.safetensors`), "task.safetensors");
    assert.equal(tensors.x.shape, [2, 3, 8, 8]);
    assert.equal(tensors["block2.shortcut.conv.weight"].shape, [32, 16, 1, 1]);
    assert.is(tensors["block1.main.conv2.bias"], undefined);
    assert.is(task.logits(1).length, 10);
    const [first, second] = task.losses();
    assert.ok(second < first, `${first}, after a step ${second}`);
  } finally {
    task.remove();
  }
});

test.run();
