import { suite } from "uvu";
import * as assert from "uvu/assert";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { DataError } from "../../lib/index.ts";
import { recipeFor } from "../../models/index.ts";
import { type RunRecord, readRunRecord, writeRunRecord } from "../../store/runs/run_record.ts";
import { readRunSpec } from "../../store/runs/run_spec.ts";

const test = suite("run records");

const part = (name: string, size: number) => ({ name, size, sha256: "ab".repeat(32) });
const epoch = {
  ...{ epoch: 1, trainLoss: 0.5, trainAccuracy: 0.8, validationLoss: 0.4, validationAccuracy: 0.9 },
  ...{ seconds: 3, samplesPerSecond: 1000, learningRate: 0.01 },
};
const WHOLE: RunRecord = {
  ...{ status: "done", model: "cnn", command: "mnist train", recipe: recipeFor("cnn", "best") },
  ...{ patience: null, maxSeconds: 60, seed: 3, limit: null },
  dataset: {
    ...{ name: "mnist", trainedOn: "MNIST's first 10,000", notice: null, train: part("MNIST train", 59_000) },
    ...{ validation: part("MNIST train", 1000), test: part("MNIST test", 10_000) },
  },
  parameters: 102_026,
  versions: { simdgrad: "0.1.0", node: "20.20.2", kernels: "relaxed", arithmetic: "relaxed-fma", threads: 2 },
  ...{ platform: "linux-x64", runner: thisProcess(), started: "2026-01-02T03:04:05.000Z", resumed: ["2026-01-03"] },
  result: { testAccuracy: 0.99, testLoss: 0.03, seconds: 9, checkpoint: "c", weightsSha256: "cd" },
  error: null,
  history: { epochs: [epoch], best: epoch, kept: epoch, stopped: { by: "patience", why: "no better", step: 0 } },
};

test("what is written is read back", () => {
  assert.equal(readRunRecord(writeRunRecord(WHOLE), "run.json"), WHOLE);
});

test("of a file of another kind nothing is believed that is not what it should be", () => {
  const text = writeRunRecord(WHOLE);
  const names = Object.keys(JSON.parse(text));
  for (const wrong of [7, "text", [], {}, null, true, [[1]], { a: { b: 1 } }]) {
    for (const name of names) {
      const record = readRunRecord(JSON.stringify({ ...JSON.parse(text), [name]: wrong }), "run.json");
      assert.equal(readRunRecord(writeRunRecord(record), "run.json"), record, `${name}: ${JSON.stringify(wrong)}`);
    }
  }
  assert.throws(() => readRunRecord("[1]", "a/run.json"), (error: Error) => error instanceof DataError && /a\/run\.json is damaged/.test(error.message)); // biome-ignore format: one line
});

test("a recipe of an earlier version is read under the names of this one", () => {
  const { split: _, cooldown: __, ...recipe } = recipeFor("cnn", "best");
  const read = (more: object) => readRunRecord(JSON.stringify({ recipe: { ...recipe, ...more } }), "run.json").recipe;
  assert.equal(read({ heldOut: "block", settle: 0.5 }), { ...recipe, split: "contiguous", cooldown: 0.5 });
  assert.equal(read({}), { ...recipe, split: "random", cooldown: 0 });
});

test("a spec is read whole or not at all", () => {
  const spec = {
    ...{ model: "cnn", recipe: recipeFor("cnn", "standard"), seed: 1, patience: null, limit: 10, data: "auto" },
    ...{ datasetName: null, command: "mnist train", started: "2026-01-02T03:04:05.000Z", resumed: [] },
  };
  assert.equal(readRunSpec(JSON.parse(JSON.stringify(spec))), spec);
  for (const wrong of [
    { model: "resnet" },
    { seed: "1" },
    { recipe: null },
    { recipe: { ...spec.recipe, lr: "high" } },
  ])
    assert.is(readRunSpec({ ...spec, ...wrong }), null, JSON.stringify(wrong));
});

test.run();
