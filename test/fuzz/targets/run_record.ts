// run.json, of this version, an earlier one or anybody: the record, and all that is made of one.
//
// Garbage: a number that is not finite, an accuracy outside [0, 1], a count, a size or a time below 0, a setting that no
// recipe may have; a line of `mnist runs --json` that is another once it is escaped for a terminal; a record that is another after it was
// written and read again.

import { DataError } from "../../../lib/base/errors.ts";
import { escapeControls } from "../../../lib/base/printable.ts";
import { isFinished, type RunRecord, readRunRecord, writeRunRecord } from "../../../store/runs/run_record.ts";
import { summaryOf, writeRunSummary } from "../../../store/runs/run_summary.ts";
import { epochsOf, isResumable, type StoredRun, secondsOf, whyUnfinished } from "../../../store/runs/stored_run.ts";
import { mutateBytes, utf8 } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<RunRecord> = {
  name: "run_record",
  errors: [DataError],
  mutate: (random) => {
    const text = utf8(mutateJson(random, runRecord(random)));
    return random.oneIn(30) ? mutateBytes(random, text) : text;
  },
  read: (input) => readRunRecord(new TextDecoder().decode(input), "run.json"),
  garbage: (record) => recordFault(record) ?? listFault(record) ?? rereadFault(record),
  describe: ({ status, model }) => `${JSON.stringify(status)} of ${JSON.stringify(model)}`,
  leastRefusals: 1,
};

/** As a run of this version leaves it. */
function runRecord(random: Random): Record<string, unknown> {
  const sha256 = "ab".repeat(32);
  const set = { name: "MNIST train", size: 55000, sha256 };
  const epoch = (n: number) => ({
    ...{ epoch: n, trainLoss: 0.5 / n, trainAccuracy: 0.9, validationLoss: 0.3, validationAccuracy: 0.9 + n / 100 },
    ...{ seconds: 3.25, samplesPerSecond: 51234.5, learningRate: 0.001 },
  });
  const isTested = random.oneIn(2);
  return {
    status: isTested
      ? "done"
      : random.pick(["running", "interrupted", "failed", "stopped early: no better validation"]),
    model: random.pick(["linear", "cnn"]),
    command: "mnist train --model linear",
    recipe: {
      ...{
        preset: "standard",
        validation: 5000,
        split: "random",
        epochs: 3,
        batchSize: 64,
        optimizer: "adam",
        lr: 1e-3,
      },
      ...{ schedule: "one-cycle", warmup: 0.1, minLr: null, momentum: null, betas: [0.9, 0.999], weightDecay: 0.01 },
      ...{ decay: "weights", labelSmoothing: 0, dropout: null, average: 0, keep: "best", cooldown: 0 },
      augment: { shift: 2, rotate: 10, scale: 0.1, shear: 0, elastic: 0 },
    },
    ...{ patience: random.pick([null, 3]), max_seconds: random.pick([null, 60]), seed: 0, limit: null },
    dataset: { name: "mnist", trained_on: "MNIST", notice: null, train: set, validation: set, test: set },
    parameters: 7850,
    versions: { simdgrad: "0.1.0", node: "20.0.0", kernels: "simd", arithmetic: "simd", threads: 1 },
    platform: "linux-x64",
    runner: { pid: random.pick([1, 4194304, 2 ** 22 + 1]), host: "0123456789ab", ticks: "12345" },
    ...{ started: "2026-01-02T03:04:05.000Z", resumed: ["2026-01-02T03:05:05.000Z"] },
    ...(isTested
      ? { test_accuracy: 0.93, test_loss: 0.25, seconds: 7, checkpoint: "model.safetensors", weights_sha256: sha256 }
      : {}),
    ...(random.oneIn(4) ? { error: "the loss became NaN" } : {}),
    history: {
      epochs: [epoch(1), epoch(2)],
      best: epoch(2),
      kept: epoch(2),
      stopped: random.pick([null, { by: "patience", why: "…", step: 0 }]),
    },
  };
}

/** What no record may say. */
function recordFault(record: RunRecord): string | null {
  const { result, history, recipe, dataset } = record;
  const isPart = (value: number | null | undefined): boolean => value == null || (value >= 0 && value <= 1);
  const isAmount = (value: number | null | undefined): boolean =>
    value == null || (Number.isFinite(value) && value >= 0);
  const isCount = (value: number | null | undefined): boolean =>
    value == null || (Number.isSafeInteger(value) && value >= 0);
  const epochs = history ? [...history.epochs, history.best, history.kept] : [];
  const faults: [what: string, holds: boolean][] = [
    ["a test accuracy outside [0, 1]", isPart(result.testAccuracy)],
    ["a time below 0", isAmount(result.seconds) && isAmount(record.maxSeconds)],
    ["a seed, limit or patience that is no count", [record.seed, record.limit, record.patience].every(isCount)],
    [
      "a number of parameters or threads that is no count",
      isCount(record.parameters) && isCount(record.versions.threads),
    ],
    [
      "a set of a size that is no count",
      [dataset.train, dataset.validation, dataset.test].every((set) => isCount(set?.size)),
    ],
    ["an epoch that is no count", epochs.every((epoch) => isCount(epoch?.epoch))],
    [
      "an accuracy of an epoch outside [0, 1]",
      epochs.every((each) => isPart(each?.trainAccuracy) && isPart(each?.validationAccuracy)),
    ],
    ["a time of an epoch below 0", epochs.every((each) => isAmount(each?.seconds) && isAmount(each?.samplesPerSecond))],
    ["a recipe's count that is none", [recipe.epochs, recipe.batchSize, recipe.validation].every(isCount)],
    [
      "a recipe's part outside [0, 1]",
      [recipe.labelSmoothing, recipe.dropout, recipe.average, recipe.cooldown].every(isPart),
    ],
  ];
  const fault = faults.find(([, holds]) => !holds)?.[0];
  return fault ?? (allNumbers(record).every(Number.isFinite) ? null : "a number that is not finite");
}

function allNumbers(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(allNumbers) : [];
}

/** What `mnist runs` makes of it must not fail, and end in one line. */
function listFault(record: RunRecord): string | null {
  const place = { model: "linear", id: "20260102-030405", path: "outputs/linear/20260102-030405" } as const;
  const run: StoredRun = { ...place, record, problem: null, hasCheckpoint: true, hasState: true, isAlive: null };
  const line = writeRunSummary(summaryOf(run, { versions: [], isCurrent: false }, true));
  const { done = 0 } = epochsOf(run) ?? {};
  if (done < 0) return "fewer epochs than none";
  const seconds = secondsOf(run);
  if (seconds !== null && !(seconds >= 0 && Number.isFinite(seconds))) return "a sum of times that is no time";
  if (isFinished(record) && isResumable(run)) return "a finished run to resume";
  whyUnfinished(run);
  // As it is printed: with escapes for what a terminal would obey.
  const printed = JSON.stringify(JSON.parse(escapeControls(line)));
  return printed === line ? null : "a line of JSON that is another where it is printed";
}

function rereadFault(record: RunRecord): string | null {
  const again = readRunRecord(writeRunRecord(record), "run.json");
  return JSON.stringify(again) === JSON.stringify(record)
    ? null
    : "a record that is another once written and read again";
}
