import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/index.ts";
import { type MetricsLine, readMetricsLine, writeMetricsLine } from "../../store/runs/metrics_line.ts";
import { type LogSizes, RunLog } from "../../store/runs/run_log.ts";
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
    [writeMetricsLine(STEP).replace("0.5", '"low"'), /line 4 is damaged: loss is missing, or not what it should be/],
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

test("a figure that no run comes to is none: every number is bounded before anything is drawn of it", () => {
  const wrong: [keyof MetricsLine | keyof typeof EPOCH, string][] = [
    ...["epoch", "step"].flatMap((name) => ["-1e308", "1e308", "0", "0.5", "-1", "1e999", '"1"', "[1]", "true"].map((value) => [name, value])), // biome-ignore format: one line
    ...["train_accuracy", "validation_accuracy"].flatMap((name) => ["-1", "1.01", "1e300", '"1e300"', "{}"].map((value) => [name, value])), // biome-ignore format: one line
    ...["learning_rate", "seconds", "samples_per_second"].flatMap((name) => ["-1", "1e999", '"3"', "null"].map((value) => [name, value])), // biome-ignore format: one line
    ...["train_loss", "validation_loss"].flatMap((name) => ["1e999", "null", '"0.5"'].map((value) => [name, value])),
  ] as never;
  for (const [name, value] of wrong) {
    const line = writeMetricsLine(EPOCH).replace(new RegExp(`"${name}":[^,}]+`), `"${name}":${value}`);
    const message = refusal(() => readMetricsLine(line, "line 1"));
    assert.match(message, new RegExp(`line 1 is damaged: ${name} is missing, or not what it should be`), line);
  }
});

const LENGTH = { epochs: 3, stepsPerEpoch: 10 };
const STARTED = "2026-01-01T00:00:00Z";

/** The log of a run of two steps, and how long it is. */
function logged(): { run: string; path: string; sizes: LogSizes } {
  const run = mkdtempSync(join(folder, "r-"));
  const log = new RunLog(run, STARTED, LENGTH, null);
  for (const step of [1, 2])
    log.step({ epoch: 2, stepsPerEpoch: 10, learningRate: 0.01, samplesPerSecond: 1, step, loss: step });
  assert.equal(log.steps.map(({ step, loss }) => [step, loss]), [[1, 1], [2, 2]]); // biome-ignore format: one line
  log.close();
  return { run, path: join(run, "metrics.jsonl"), sizes: log.sizes };
}

/** What a run that resumes makes of the log. */
function reread(run: string, sizes: LogSizes): { steps: number[][]; damage: string | null } {
  const log = new RunLog(run, STARTED, LENGTH, sizes);
  log.close();
  return { steps: log.steps.map(({ epoch, step, loss }) => [epoch, step, loss]), damage: log.damage };
}

test("a line that somebody damaged is left out of the curves and told of, and the others are drawn", () => {
  const { run, path, sizes } = logged();
  assert.equal(reread(run, sizes), { steps: [[2, 1, 1], [2, 2, 2]], damage: null }); // biome-ignore format: one line
  const text = readFileSync(path, "utf8");
  const damages: [string, string, RegExp][] = [
    ['"loss":1', '"loss":"1"', /^line 1 is damaged: loss is missing/],
    ['"epoch":2', '"epoch":-1e308', /^line 1 is damaged: epoch is missing/],
    ['"epoch":2', '"epoch":1e15', /^line 1 has step 11, which is none of epoch 1000000000000000$/],
    ['"epoch":2', '"epoch":1', /^line 1 has step 11, which is none of epoch 1$/],
    ['"step":11', '"step":9007199254740991', /^line 1 has step 9007199254740991, which is none of epoch 2$/],
    ['"kind"', "kind", /^line 1 is damaged: it holds no JSON object/],
    ['{"kind"', "\u0000\ufffd", /^line 1 is damaged/],
  ];
  for (const [from, to, problem] of damages) {
    const changed = text.replace(from, to);
    writeFileSync(path, changed);
    const { steps, damage } = reread(run, { ...sizes, metrics: Buffer.byteLength(changed) });
    assert.equal(steps, [[2, 2, 2]], to);
    assert.match(damage as string, problem);
  }
});

test("a log of 100,000 lines, half of them bad, is read in time in proportion to it", () => {
  const { run, path, sizes } = logged();
  const good = `${writeMetricsLine({ ...STEP, step: 11 })}\n`;
  const bad = `${writeMetricsLine({ ...STEP, step: 11 }).replace("0.5", '"x"')}\n`;
  writeFileSync(path, (good + bad).repeat(50_000));
  const begun = performance.now();
  const { steps, damage } = reread(run, { ...sizes, metrics: 50_000 * (good.length + bad.length) });
  assert.ok(performance.now() - begun < 20_000, `${performance.now() - begun} ms`);
  assert.is(steps.length, 50_000);
  assert.match(damage as string, /^line 2 is damaged/);
});

test.run();
