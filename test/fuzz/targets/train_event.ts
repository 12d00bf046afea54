// Lines of `mnist train --json`, as programs read them.
//
// Garbage: an accuracy outside [0, 1], a count that is none, a time below 0, a number that is not finite; a text that is
// empty; an event that is another once it is written and read again.

import { DataError } from "../../../lib/base/errors.ts";
import { readTrainEvent, type TrainEvent, writeTrainEvent } from "../../../models/index.ts";
import { mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<TrainEvent> = {
  name: "train_event",
  errors: [DataError],
  mutate: (random) => {
    const line = utf8(mutateJson(random, lineOf(random)));
    return random.oneIn(30) ? mutateBytes(random, line) : line;
  },
  read: (input) => readTrainEvent(new TextDecoder().decode(input)),
  garbage: (event) => {
    const fields = Object.entries(event);
    const of = (...names: string[]): unknown[] =>
      fields.flatMap(([name, value]) => (names.includes(name) && value !== null ? [value] : []));
    const isFrom1 = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;
    if (fields.some(([, value]) => typeof value === "number" && !Number.isFinite(value)))
      return "a number that is not finite";
    if (fields.some(([, value]) => value === "" || value === undefined)) return "a part that is empty";
    if (!of("testAccuracy", "validationAccuracy").every((value) => Number(value) >= 0 && Number(value) <= 1)) {
      return "an accuracy outside [0, 1]";
    }
    if (!of("epoch", "testImages", "parameters").every(isFrom1)) return "a count that is none";
    if (!of("seconds", "samplesPerSecond", "testLoss").every((value) => Number(value) >= 0)) return "an amount below 0";
    const again = readTrainEvent(writeTrainEvent(event));
    return JSON.stringify(again) === JSON.stringify(event)
      ? null
      : "an event that is another once written and read again";
  },
  describe: ({ event, model }) => `${event} of ${JSON.stringify(model)}`,
  leastRefusals: 20,
};

function lineOf(random: Random): Record<string, unknown> {
  const sha256 = "ab".repeat(32);
  return random.pick([
    () => ({
      ...{ event: "start", model: "cnn", dataset: "mnist", trained_on: "MNIST", dataset_sha256: sha256, notice: null },
      ...{ run: "outputs/cnn/20260102-030405", resumed_at: random.pick([null, { epoch: 2, step: 30 }]) },
    }),
    () => ({
      ...{ event: "epoch", model: "linear", epoch: 1, train_loss: 0.5, val_loss: 0.4, val_accuracy: 0.9 },
      ...{ samples_per_second: 50000, seconds: 3.5 },
    }),
    () => ({
      ...{ event: "done", model: "cnn", dataset: "mnist", trained_on: "MNIST", test_images: 10000, epoch: 3 },
      ...{ val_accuracy: 0.99, stopped: null, test_accuracy: 0.991, test_loss: 0.03, parameters: 102026, seconds: 9 },
      ...{ checkpoint: "outputs/cnn/20260102-030405/model.safetensors", weights_sha256: sha256 },
    }),
    () => ({ event: "interrupted", model: "cnn", checkpoint: null, resume: "mnist train --resume latest" }),
    () => ({ event: "failed", model: "cnn", run: "outputs/cnn/20260102-030405", error: "the disk is full" }),
  ])();
}
