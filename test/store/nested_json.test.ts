// Every reader of a text that somebody else may have written, given JSON of 5,000 levels at each place that has a value.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, decodeSafetensors, encodeTrainingState, OptionError, SimdgradError } from "../../lib/index.ts";
import { readTrainEvent, writeComparison } from "../../models/index.ts";
import { readMetricsLine } from "../../store/runs/metrics_line.ts";
import { readRunRecord } from "../../store/runs/run_record.ts";
import { readVersionRecord } from "../../store/versions/version_record.ts";

const test = suite("nested JSON");

const LEVELS = 5000;
const DEEP = ["[".repeat(LEVELS) + "]".repeat(LEVELS), `${'{"a":'.repeat(LEVELS)}1${"}".repeat(LEVELS)}`];

function refusal(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    assert.instance(error, SimdgradError, `${(error as Error).name}: ${(error as Error).message}`);
    assert.match((error as Error).message, /^\w+: [^\n]{1,300}$/);
    return error as Error;
  }
  throw new Error("it was accepted");
}

const safetensors = (header: string): Uint8Array => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
};

test("a checkpoint's header is refused in one line, wherever it is nested", () => {
  for (const deep of DEEP) {
    for (const header of [
      `{"a":{"dtype":${deep},"shape":[],"data_offsets":[0,0]}}`,
      `{"a":{"dtype":"F32","shape":${deep},"data_offsets":[0,0]}}`,
      `{"a":{"dtype":"F32","shape":[0],"data_offsets":${deep}}}`,
      `{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":${deep}}}`,
      `{"__metadata__":{"dataset":${deep}}}`,
      `{"a":${deep}}`,
      deep,
    ])
      assert.match(refusal(() => decodeSafetensors(safetensors(header))).message, /nested more than 64 deep/);
  }
});

test("a run's record, a line of its log, of the registry and of --json likewise", () => {
  const promoted = '{"version":1,"kind":"promote","run":"r","date":"d"';
  for (const deep of DEEP) {
    for (const name of ["status", "recipe", "history", "versions", "runner", "resumed", "unknown"])
      assert.instance(
        refusal(() => readRunRecord(`{"${name}":${deep}}`, "run.json")),
        DataError,
      );
    for (const name of ["kind", "epoch", "unknown"]) refusal(() => readMetricsLine(`{"${name}":${deep}}`, "line 1"));
    for (const name of ["model", "event"]) refusal(() => readTrainEvent(`{"model":"cnn","${name}":${deep}}`));
    for (const line of [`{"version":${deep}}`, `{"version":1,"kind":${deep}}`, `${promoted},"weights_sha256":${deep}}`])
      refusal(() => readVersionRecord(line, new Set()));
  }
});

test("a caller's own nested object is no setup, and no figure", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const progress = { epoch: 1, step: 0, seen: 0, lossSum: 0, right: 0, epochSeconds: 0, seconds: 0, learningRate: 0 };
  assert.instance(
    refusal(() => encodeTrainingState({ setup: { deep }, progress, epochs: [], tensors: {} })),
    OptionError,
  );
  const contestant = { model: "linear", checkpoint: "c", version: deep, evaluation: { accuracy: 1, confusion: [[1]] } };
  refusal(() => writeComparison({ dataset: "d", contestants: [contestant], disagreement: { deep } } as never));
});

test.run();
