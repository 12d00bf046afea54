// Every format, of every network of the table, and of one that is not in it: 784 → 256 → ReLU → 10.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MNIST_NORMALIZATION, syntheticDigits } from "../../../data/index.ts";
import {
  decodeCheckpoint,
  Flatten,
  Linear,
  normalizeImages,
  predict,
  ReLU,
  Sequential,
  scope,
  stateDict,
} from "../../../lib/index.ts";
import { EXPORTERS, type ExportableModel } from "../../../models/export/index.ts";
import { MODEL_NAMES, networkOf, readCheckpointMetadata } from "../../../models/index.ts";
import { imported } from "../../support/exported_module.ts";
import { readProtobuf } from "../../support/read_protobuf.ts";

const test = suite("exporters");

const PIXELS = 28 * 28;
/** Kernels that round differently give about a tenth of it. */
const TOLERANCE = 1e-4;
const digits = syntheticDigits({ count: 8, seed: 1 });

function mlp(seed: number): Sequential {
  const layers = { flatten: new Flatten(), fc1: new Linear(PIXELS, 256), relu: new ReLU(), fc2: new Linear(256, 10) };
  return new Sequential(layers, { seed }).eval() as Sequential;
}

const model: ExportableModel = {
  name: "mlp",
  network: mlp(7),
  metadata: readCheckpointMetadata({ dataset: "synthetic", seed: "7", note: "mine" }),
};

function logitsOf(network: Sequential): number[][] {
  return scope(() => predict(network, digits).toArray() as number[][]);
}

const expected = logitsOf(model.network);

function expectClose(found: ArrayLike<number>, i: number): void {
  Array.from(found).forEach((value, k) => {
    assert.ok(Math.abs(value - expected[i][k]) <= TOLERANCE, `image ${i}, logit ${k}: ${value}, not ${expected[i][k]}`);
  });
}

for (const name of MODEL_NAMES) {
  test(`${name}: a fresh one is written in every format`, () => {
    const fresh = {
      name,
      network: networkOf(name).build({ seed: 1 }).eval() as Sequential,
      metadata: readCheckpointMetadata({}),
    };
    for (const [format, write] of Object.entries(EXPORTERS)) assert.ok(write(fresh).length > 10_000, format);
  });
}

test("mlp, mjs: the module gives the library's logits, and says what it is", async () => {
  const { predict: read, model: card } = await imported(EXPORTERS.mjs(model));
  for (let i = 0; i < digits.size; i++) {
    expectClose(read(digits.images.data.slice(i * PIXELS, (i + 1) * PIXELS)).logits, i);
  }
  const { name, kind, parameters, testAccuracy } = card;
  assert.equal([name, kind, parameters, testAccuracy], ["mlp", "a neural network", 784 * 256 + 256 + 2560 + 10, null]);
});

test("mlp, html: the page holds that module", () => {
  const [page, module] = [EXPORTERS.html(model), EXPORTERS.mjs(model)].map((bytes) => new TextDecoder().decode(bytes));
  const code = module.split(/^export const model = \{.*?^\};$/ms);
  assert.is(code.length, 2);
  for (const part of code) assert.ok(page.includes(part));
});

test("mlp, onnx: the weights and layers of the file give the library's logits", () => {
  const graph = readProtobuf(EXPORTERS.onnx(model)).message(7);
  assert.equal(
    graph.messages(1).map((node) => node.text(4)),
    ["Flatten", "Gemm", "Relu", "Gemm"],
  );
  const weights = Object.fromEntries(
    graph.messages(5).map((weight) => {
      const bytes = weight.bytes(9) ?? new Uint8Array();
      return [weight.text(8), new Float32Array(bytes.slice().buffer)];
    }),
  );
  /** x·wᵀ + b. */
  const gemm = (x: readonly number[], layer: string): number[] =>
    Array.from(weights[`${layer}.bias`], (bias, o) =>
      x.reduce((sum, value, c) => sum + value * weights[`${layer}.weight`][o * x.length + c], bias),
    );
  const pixels = scope(() => Array.from(normalizeImages(digits.images, MNIST_NORMALIZATION).data));
  for (let i = 0; i < digits.size; i++) {
    const hidden = gemm(pixels.slice(i * PIXELS, (i + 1) * PIXELS), "fc1").map((value) => Math.max(0, value));
    expectClose(gemm(hidden, "fc2"), i);
  }
});

test("mlp, safetensors: the file is the network, bit for bit, with its metadata", () => {
  const copy = mlp(8);
  const metadata = decodeCheckpoint(copy, EXPORTERS.safetensors(model), "mlp.safetensors");
  assert.equal(metadata, { dataset: "synthetic", seed: "7", note: "mine" });
  assert.equal(readCheckpointMetadata(metadata), model.metadata);
  assert.equal(stateDict(copy), stateDict(model.network));
  assert.equal(logitsOf(copy), expected);
});

test.run();
