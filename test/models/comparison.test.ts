import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Contestant, disagreementOf, errorsOf, writeComparison } from "../../models/index.ts";

const test = suite("a comparison");

test("accuracies are the evaluations', errors are counted in the confusion matrix", () => {
  const confusion = [
    [5, 1],
    [0, 4],
  ];
  assert.is(errorsOf({ confusion }), 1);
  const contestant: Contestant = {
    ...{ model: "linear", checkpoint: "a.safetensors", version: 2, parameters: 7850, fileBytes: 31_528 },
    ...{ medianMs: 1, p99Ms: 2, imagesPerSecond: 3, training: null, evaluation: { accuracy: 9 / 10, confusion } },
  };
  const line = writeComparison({
    ...{ dataset: "mnist", datasetSha256: "ab", images: 10, kernels: "simd", threads: 1, contestants: [contestant] },
    disagreement: disagreementOf([0], [[0]]),
  });
  const { models, disagreement } = JSON.parse(line);
  assert.equal(
    [models[0].accuracy, models[0].errors, models[0].version, models[0].latency_ms],
    [0.9, 1, 2, { median: 1, p99: 2 }],
  );
  assert.equal(Object.keys(disagreement), ["all_right", "only_linear", "all_wrong", "per_digit", "images"]);
});

test.run();
