import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelStatistics, sumStatistics } from "../../../serve/inference/statistics.ts";

const test = suite("statistics of the Open Inference Protocol");

const SECONDS = { request: 0.004, queue: 0.001, computeInput: 0.0005, computeInfer: 0.002, computeOutput: 0.0001 };
const SUCCESS = { model: "cnn", version: "0", images: 3, outcome: "success", seconds: SECONDS } as const;
const NONE = { count: 0, ns: 0 };

test("a version that is served and was asked nothing is listed with zeros, in the wire's form", () => {
  const [of] = new ModelStatistics().read([{ model: "cnn", version: "0" }]);
  assert.equal(of, {
    name: "cnn",
    version: "0",
    last_inference: 0,
    inference_count: 0,
    execution_count: 0,
    inference_stats: {
      success: NONE,
      fail: NONE,
      queue: NONE,
      compute_input: NONE,
      compute_infer: NONE,
      compute_output: NONE,
      cache_hit: NONE,
      cache_miss: NONE,
    },
    batch_stats: [],
  });
});

test("requests count with their images and nanoseconds, batches by their size; failures apart", () => {
  const statistics = new ModelStatistics(() => 1_700_000_000_123);
  statistics.inferred(SUCCESS);
  statistics.inferred(SUCCESS);
  statistics.inferred({ ...SUCCESS, outcome: "CANCELED" });
  for (const images of [4, 1, 4]) statistics.executed({ model: "cnn", version: "0", images, seconds: 0.003 });
  const [of] = statistics.read([]);
  assert.equal([of.last_inference, of.inference_count, of.execution_count], [1_700_000_000_123, 6, 3]);
  assert.equal(of.inference_stats.success, { count: 2, ns: 8_000_000 });
  assert.equal(of.inference_stats.fail, { count: 1, ns: 4_000_000 });
  assert.equal(of.inference_stats.queue, { count: 2, ns: 2_000_000 });
  assert.equal(of.inference_stats.compute_output, { count: 2, ns: 200_000 });
  assert.equal(
    of.batch_stats.map(({ batch_size, compute_infer }) => ({ batch_size, ...compute_infer })),
    [
      { batch_size: 1, count: 1, ns: 3_000_000 },
      { batch_size: 4, count: 2, ns: 6_000_000 },
    ],
  );
});

test("what was read does not change with what happens later", () => {
  const statistics = new ModelStatistics();
  const [before] = statistics.read([SUCCESS]);
  statistics.inferred(SUCCESS);
  assert.is(before.inference_stats.success.count, 0);
});

test("processes are summed by name and version; the latest inference is the latest of all", () => {
  const one = new ModelStatistics(() => 2000);
  const other = new ModelStatistics(() => 1000);
  one.inferred(SUCCESS);
  one.executed({ ...SUCCESS, seconds: 0.001 });
  other.inferred(SUCCESS);
  other.inferred({ ...SUCCESS, version: "2" });
  other.executed({ ...SUCCESS, images: 1, seconds: 0.001 });
  const [shipped, second] = sumStatistics([one.read([]), other.read([])]);
  assert.equal([shipped.version, shipped.last_inference, shipped.inference_count], ["0", 2000, 6]);
  assert.equal(shipped.inference_stats.queue, { count: 2, ns: 2_000_000 });
  assert.equal(
    shipped.batch_stats.map(({ batch_size }) => batch_size),
    [1, 3],
  );
  assert.equal([second.version, second.inference_count], ["2", 3]);
});

test("a hundred versions are told apart, and no more are kept", () => {
  const statistics = new ModelStatistics();
  for (let i = 0; i < 150; i++) statistics.inferred({ ...SUCCESS, version: String(i) });
  assert.is(statistics.read([]).length, 100);
});

test.run();
