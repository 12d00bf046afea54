import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError } from "../../lib/base/errors.ts";
import { sha256 } from "../../lib/base/sha256.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lib/formats/safetensors.ts";
import { decodeTrainingState, encodeTrainingState, type TrainingState } from "../../lib/train/training_state.ts";

const test = suite("training state");

/** Numbers that decimal text or f32 would lose, if anything did. */
const report = (epoch: number) => ({
  ...{ epoch, trainLoss: 1 / 3, trainAccuracy: 0.1 + 0.2, validationLoss: 2 ** 1023 },
  ...{ validationAccuracy: 1 - 2 ** -53, seconds: 5e-324, samplesPerSecond: 2 ** 53 - 1, learningRate: 1e-300 / 3 },
});

function state(epochs = 3): TrainingState {
  const progress = { ...{ epoch: epochs + 1, step: 7, seen: 100, lossSum: 100 / 7, right: 93 }, epochSeconds: 0.1, seconds: 1 / 3, learningRate: 0.1 }; // biome-ignore format: one line
  return {
    setup: { kernels: "simd", seed: 2 ** 53 - 1, clipNorm: null, trainingSet: { name: "digits", size: 3 } },
    progress,
    epochs: Array.from({ length: epochs }, (_, i) => report(i + 1)),
    tensors: {
      "model.w": { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, -0, Number.NaN, 1e-45) },
      "model.n": { dtype: "I64", shape: [], data: BigInt64Array.of(9007199254740993n) },
      "optimizer.step": { dtype: "I32", shape: [], data: Int32Array.of(-5) },
    },
  };
}

test("what was encoded comes back to the bit, with its metadata", () => {
  for (const epochs of [0, 1, 3]) {
    const given = state(epochs);
    const { state: found, metadata } = decodeTrainingState(encodeTrainingState(given, { model: "cnn" }), "state");
    assert.equal([found.setup, found.progress, found.epochs], [given.setup, given.progress, given.epochs]);
    assert.equal(Object.keys(found.tensors).sort(), Object.keys(given.tensors).sort());
    // By their bytes: NaN is not equal to itself, and 0 is to −0.
    for (const [name, { dtype, shape, data }] of Object.entries(found.tensors)) {
      const { data: expected, ...rest } = given.tensors[name];
      assert.equal([dtype, shape], [rest.dtype, rest.shape]);
      assert.equal(new Uint8Array(data.buffer), new Uint8Array(expected.buffer));
    }
    assert.equal(metadata, { model: "cnn" });
  }
});

test("what a state of an earlier version calls relaxed kernels is relaxed-fma; other names are as they were", () => {
  const named = (kernels: string): unknown => {
    const given = { ...state(), setup: { ...state().setup, kernels } };
    return decodeTrainingState(encodeTrainingState(given), "state").state.setup.kernels;
  };
  assert.equal(["relaxed", "relaxed-fma", "relaxed-unfused", "simd"].map(named), ["relaxed-fma", "relaxed-fma", "relaxed-unfused", "simd"]); // biome-ignore format: one line
});

test("the history of a run of 20,000 epochs fits", () => {
  const given = state(20_000);
  assert.equal(decodeTrainingState(encodeTrainingState(given), "state").state.epochs[19_999], given.epochs[19_999]);
});

test("a file with any one bit flipped, or cut short anywhere, is refused", () => {
  const bytes = encodeTrainingState(state(), { model: "cnn" });
  const isRefused = (damaged: Uint8Array): boolean => {
    try {
      decodeTrainingState(damaged, "state");
      return false;
    } catch (error) {
      assert.is((error as Error).name, "CheckpointError", (error as Error).message);
      return true;
    }
  };
  assert.not.ok(isRefused(bytes));
  for (let at = 0; at < bytes.length; at++) {
    const flipped = bytes.slice();
    flipped[at] ^= 1 << (at % 8);
    assert.ok(isRefused(flipped), `bit ${at % 8} of byte ${at}`);
    assert.ok(isRefused(bytes.subarray(0, at)), `cut at ${at}`);
  }
});

test("names that the state needs are not for metadata, and other files are no states", () => {
  for (const name of ["format", "setup", "progress", "sha256"]) {
    assert.throws(() => encodeTrainingState(state(), { [name]: "x" }), new RegExp(`may not be named ${name}`));
  }
  const empty = new Uint8Array(16);
  empty[0] = 8;
  empty.set(new TextEncoder().encode("{}      "), 8);
  assert.throws(() => decodeTrainingState(empty, "weights"), /weights holds no training state of this version's/);
});

test("a file that is whole but says nonsense is refused, whoever made it", () => {
  const { tensors, metadata } = decodeSafetensors(encodeTrainingState(state()), "state");
  const { sha256: _, ...texts } = metadata;
  const { history, ...others } = tensors;
  const epochs = { dtype: "F64" as const, shape: [1, 2], data: new Float64Array(2) };
  const files: [typeof tensors, Record<string, string>][] = [
    [tensors, { ...texts, setup: "{" }],
    [tensors, { ...texts, progress: "null" }],
    [tensors, { ...texts, progress: JSON.stringify({ ...JSON.parse(texts.progress), step: null }) }],
    [tensors, { ...texts, progress: JSON.stringify({ ...JSON.parse(texts.progress), step: 0.5 }) }],
    [others, texts],
    [{ ...others, history: epochs }, texts],
    [{ ...others, history: { ...history, shape: [history.data.length, 1] } }, texts],
  ];
  const signed = ([all, own]: (typeof files)[number]): Uint8Array =>
    encodeSafetensors(all, { ...own, sha256: sha256(encodeSafetensors(all, own)) });
  decodeTrainingState(signed([tensors, texts]), "state");
  for (const file of files) {
    assert.throws(
      () => decodeTrainingState(signed(file), "state"),
      (error: unknown) => error instanceof CheckpointError && error.message.includes("state holds no training state"),
    );
  }
});

test.run();
