import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/index.ts";
import { type MetricsLine, readMetricsLine, writeMetricsLine } from "../../store/runs/metrics_line.ts";
import { RunLog } from "../../store/runs/run_log.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("a line of metrics.jsonl");

const folder = temporaryFolder();
const STEP: MetricsLine = { kind: "step", step: 12, epoch: 2, loss: 0.5, learningRate: 0.01 };
const EPOCH: MetricsLine = {
  ...{ kind: "epoch", epoch: 2, step: 20, trainLoss: 0.5, trainAccuracy: 0.8, validationLoss: 0.4 },
  ...{ validationAccuracy: 0.9, learningRate: 0.01, seconds: 3, samplesPerSecond: 1000 },
};

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.instance(error, DataError);
    return (error as Error).message;
  }
  return "none";
}

test("what is written is read back, by the names that programs know", () => {
  for (const line of [STEP, EPOCH]) assert.equal(readMetricsLine(writeMetricsLine(line), "line 1"), line);
  assert.is(writeMetricsLine(STEP), '{"kind":"step","step":12,"epoch":2,"loss":0.5,"learning_rate":0.01}');
  assert.equal(Object.keys(JSON.parse(writeMetricsLine(EPOCH))), [
    ...["kind", "epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"],
    ...["learning_rate", "seconds", "samples_per_second"],
  ]);
});

test("a damaged line is one clear DataError, and no NaN", () => {
  const damages: [string, RegExp][] = [
    ["{", /^readMetricsLine: line 4 is damaged: it holds no JSON object\.$/],
    ['{"kind":"party"}', /line 4 is of no kind that this version knows/],
    [writeMetricsLine(STEP).replace("0.5", '"low"'), /line 4 is damaged: loss is missing, or no number/],
    [writeMetricsLine(STEP).replace("0.5", "null"), /loss is missing/],
    [writeMetricsLine(EPOCH).replace("seconds", "minutes"), /seconds is missing/],
  ];
  for (const [text, message] of damages) {
    assert.match(
      refusal(() => readMetricsLine(text, "line 4")),
      message,
    );
  }
});

test("the curves of a run whose log somebody damaged are refused with the line's number, not drawn of NaN", () => {
  const run = mkdtempSync(join(folder, "r-"));
  const log = new RunLog(run, "2026-01-01T00:00:00Z", null);
  try {
    const report = { epoch: 2, stepsPerEpoch: 10, learningRate: 0.01, samplesPerSecond: 1 };
    for (const step of [1, 2]) log.step({ ...report, step, loss: step });
    assert.equal(log.steps(10).map(({ step, loss }) => [step, loss]), [[1, 1], [2, 2]]); // biome-ignore format: one line
    const path = join(run, "metrics.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace('"loss":2', '"loss":"2!"'));
    assert.match(
      refusal(() => log.steps(10)),
      /metrics\.jsonl, line 2, is damaged: loss is missing, or no number/,
    );
  } finally {
    log.close();
  }
});

test.run();
