import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CheckpointMetadata, readCheckpointMetadata, writeCheckpointMetadata } from "../../models/index.ts";

const test = suite("checkpoint metadata");

const WHOLE: CheckpointMetadata = {
  ...{ model: "cnn", dataset: "mnist", datasetSha256: "ab".repeat(32), seed: 0, epoch: 25 },
  ...{ validationAccuracy: 0.996, testAccuracy: 0.997, testImages: 10_000, simdgrad: "0.1.0", kernels: "relaxed-fma" },
};

test("what is written is read back, and nothing is written of what is not known", () => {
  assert.equal(readCheckpointMetadata(writeCheckpointMetadata(WHOLE)), WHOLE);
  const little = { ...WHOLE, seed: null, epoch: null, testAccuracy: null, testImages: null };
  assert.not.ok("seed" in writeCheckpointMetadata(little));
  assert.equal(readCheckpointMetadata(writeCheckpointMetadata(little)), little);
});

test("what cannot be right is not known", () => {
  const read = readCheckpointMetadata({
    ...{
      model: "resnet",
      dataset: "x".repeat(201),
      seed: "-1",
      epoch: "0",
      val_accuracy: "1.5",
      test_accuracy: "high",
    },
    ...{ test_images: "1e300", simdgrad: "", constructor: "x" },
  });
  assert.equal([...new Set(Object.values(read))], [null]);
});

test.run();
