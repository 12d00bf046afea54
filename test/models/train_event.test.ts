import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/index.ts";
import { readTrainEvent, type TrainEvent, writeTrainEvent } from "../../models/index.ts";

const test = suite("train events");

const EVENTS: readonly TrainEvent[] = [
  {
    ...{ event: "start", model: "cnn", dataset: "mnist", datasetSha256: "ab", notice: null, run: "outputs/cnn/1" },
    trainedOn: "MNIST's first 10,000",
    resumedAt: { epoch: 2, step: 30 },
  },
  {
    ...{ event: "start", model: "cnn", dataset: "synthetic", datasetSha256: "ab", notice: "not MNIST", run: "r" },
    trainedOn: null,
    resumedAt: null,
  },
  {
    ...{ event: "epoch", model: "cnn", epoch: 1, trainLoss: 0.5, validationLoss: 0.4, validationAccuracy: 0.9 },
    ...{ samplesPerSecond: 1000, seconds: 3 },
  },
  {
    ...{ event: "done", model: "cnn", dataset: "mnist", testImages: 10_000, epoch: 3, validationAccuracy: 0.99 },
    ...{ stopped: null, testAccuracy: 0.991, testLoss: 0.03, parameters: 102_026, seconds: 9, checkpoint: "c" },
    ...{ weightsSha256: "cd", trainedOn: "MNIST" },
  },
  { event: "interrupted", model: "cnn", checkpoint: null, resume: "mnist train --resume 1" },
  { event: "failed", model: "cnn", run: "r", error: "the disk is full" },
];

test("what is written is read back, event by event", () => {
  for (const event of EVENTS) assert.equal(readTrainEvent(writeTrainEvent(event)), event);
});

const START = { event: "start", model: "cnn", dataset: "mnist", dataset_sha256: "ab", run: "r" };

test("a start that says null for where it was resumed is a new run's, as one that says nothing is", () => {
  for (const more of [{}, { resumed_at: null }]) {
    const event = readTrainEvent(JSON.stringify({ ...START, ...more }));
    assert.is(event.event === "start" && event.resumedAt, null);
  }
});

test("a line has the names that programs know", () => {
  assert.is(
    writeTrainEvent(EVENTS[2]),
    '{"event":"epoch","model":"cnn","epoch":1,"train_loss":0.5,"val_loss":0.4,"val_accuracy":0.9,"samples_per_second":1000,"seconds":3}',
  );
});

test("what is no event is one clear DataError", () => {
  const refusal = (line: string): string => {
    try {
      readTrainEvent(line);
    } catch (error) {
      assert.instance(error, DataError);
      return (error as Error).message;
    }
    return "none";
  };
  assert.match(refusal("{"), /holds no JSON object/);
  assert.match(refusal("[1]"), /holds no JSON object/);
  assert.match(refusal('{"event":"party","model":"cnn"}'), /there is no event "party"/);
  assert.match(refusal('{"event":"epoch","model":"cnn","epoch":"1"}'), /epoch is missing, or not what it should be/);
  assert.match(refusal('{"event":"failed","model":"cnn","error":"e"}'), /run is missing/);
  assert.match(refusal('{"event":"start"}'), /model is missing/);
  const resumed = (at: unknown): string => JSON.stringify({ ...START, resumed_at: at });
  assert.match(refusal(resumed(3)), /resumed_at\.epoch is missing, or not what it should be/);
  assert.match(refusal(resumed({ epoch: 2 })), /resumed_at\.step is missing/);
});

test.run();
