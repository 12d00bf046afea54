import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CheckpointMetadata, readCheckpointMetadata, writeCheckpointMetadata } from "../../models/index.ts";

const test = suite("checkpoint metadata");

const WHOLE: CheckpointMetadata = {
  ...{
    model: "cnn",
    dataset: "mnist",
    trainedOn: "MNIST's first 10,000",
    datasetSha256: "ab".repeat(32),
    seed: 0,
    epoch: 25,
  },
  ...{
    validationAccuracy: 0.996,
    testAccuracy: 0.997,
    testImages: 10_000,
    temperature: 0.6,
    digitLikeness: "AAAA",
    simdgrad: "0.1.0",
    kernels: "relaxed-fma",
  },
  others: {},
};

test("what is written is read back, and nothing is written of what is not known", () => {
  assert.equal(readCheckpointMetadata(writeCheckpointMetadata(WHOLE)), WHOLE);
  const little = { ...WHOLE, seed: null, epoch: null, testAccuracy: null, testImages: null };
  assert.not.ok("seed" in writeCheckpointMetadata(little));
  assert.equal(readCheckpointMetadata(writeCheckpointMetadata(little)), little);
});

test("what else a file says is kept, and what is known goes over it", () => {
  const read = readCheckpointMetadata({ note: "mine", seed: "3", test_accuracy: "high" });
  assert.equal([read.seed, read.testAccuracy, read.others], [3, null, { note: "mine", test_accuracy: "high" }]);
  const measured = writeCheckpointMetadata({ ...read, testAccuracy: 0.5 });
  assert.equal(measured, { seed: "3", test_accuracy: "0.5", note: "mine" });
});

test("what cannot be right is not known", () => {
  const texts = {
    ...{
      model: "resnet",
      dataset: "x".repeat(201),
      seed: "-1",
      epoch: "0",
      val_accuracy: "1.5",
      test_accuracy: "high",
    },
    ...{ test_images: "1e300", simdgrad: "", constructor: "x" },
  };
  const { others, ...read } = readCheckpointMetadata(texts);
  assert.equal([...new Set(Object.values(read))], [null]);
  assert.equal(others, texts, "a copy of the file says it as well");
});

test.run();
