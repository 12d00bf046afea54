import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectFailure, type Outcome, runCli, temporaryFolder } from "../support/run_cli.ts";
import { CNN, LINEAR, runsToStop } from "../support/runs_to_stop.ts";
import {
  eventsOf,
  FINISHED_FILES,
  filesOf,
  lastRun,
  metricsOf,
  resultOf,
  scalarsOfRun,
} from "../support/train_runs.ts";

const test = suite("mnist train --resume");

const folder = temporaryFolder();
const outputs = join(folder, "outputs");
const { stopAt, stopped } = runsToStop(folder);

const isStopped = (outcome: Outcome): void => {
  assert.is(outcome.code, 130, outcome.stderr);
  assert.match(outcome.stderr, /Resume with: mnist train --resume [\d-]+\n$/);
};

test("a run stopped by Ctrl-C, once or several times, ends as the uninterrupted one: result, history, metrics", async () => {
  for (const [args, steps] of [
    [
      [...CNN, "--cooldown", "0.5"],
      [3, 15, 20],
    ],
    [LINEAR, [400]],
  ] as const) {
    // biome-ignore format: one line
    const uninterrupted = await runCli(folder, [...args, "--json", "--threads", "1"]);
    assert.is(uninterrupted.code, 0, uninterrupted.stderr);
    const whole = lastRun(outputs);
    const expected = resultOf(whole);
    assert.is(expected.status, "done");

    for (const [n, step] of steps.entries()) {
      const begin = n === 0 ? args : ["train", "--resume", "latest"];
      isStopped(await stopAt([...begin, "--threads", n % 2 ? "1" : "2"], step, n === 1 ? "SIGTERM" : "SIGINT"));
    }
    const end = await runCli(folder, ["train", "--resume", "latest", "--json"]);
    assert.is(end.code, 0, end.stderr);
    const resumed = lastRun(outputs);
    assert.is.not(resumed, whole);
    assert.equal(resultOf(resumed), expected);
    assert.equal(metricsOf(resumed), metricsOf(whole));
    assert.equal(scalarsOfRun(resumed), scalarsOfRun(whole));
    assert.equal(filesOf(resumed), FINISHED_FILES);
    const run = JSON.parse(readFileSync(join(resumed, "run.json"), "utf8"));
    assert.is(run.resumed.length, steps.length);
    assert.match(run.command, /--batch-size 16/);
    assert.is(run.dataset.validation.size, 150);
    const [start] = eventsOf(end);
    assert.ok(start.resumed_at.epoch >= 1 && start.resumed_at.step >= 0);
  }
});

test("metrics.jsonl has a line for each epoch, and about fifty for the steps of each", async () => {
  const lines = metricsOf(lastRun(outputs));
  const epochs = lines.filter(({ kind }) => kind === "epoch");
  const steps = lines.filter(({ kind }) => kind === "step");
  assert.equal(epochs.map(({ epoch, step }) => [epoch, step]), [[1, 375], [2, 750], [3, 1125]]); // biome-ignore format: one line
  assert.equal(Object.keys(steps[0]), ["kind", "step", "epoch", "loss", "learning_rate"]);
  const raw = readFileSync(join(lastRun(outputs), "metrics.jsonl"), "utf8").split("\n").find((line) => line.includes('"epoch",')) ?? ""; // biome-ignore format: one line
  const keys = ["kind", "epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate", "seconds", "samples_per_second"]; // biome-ignore format: one line
  assert.equal(Object.keys(JSON.parse(raw)), keys);
  for (const epoch of [1, 2, 3]) {
    const count = steps.filter((line) => line.epoch === epoch).length;
    assert.ok(count >= 40 && count <= 60, `${count} lines in epoch ${epoch}`);
  }
});

test("TensorBoard's event file holds what metrics.jsonl holds, each at the same step of the run", async () => {
  const lines = metricsOf(lastRun(outputs));
  const expected = lines.map((line) =>
    line.kind === "step"
      ? [line.step, { "loss/step": line.loss, learning_rate: line.learning_rate }]
      : [
          line.step,
          {
            ...{ "loss/train": line.train_loss, "loss/validation": line.validation_loss },
            ...{ "accuracy/train": line.train_accuracy, "accuracy/validation": line.validation_accuracy },
          },
        ],
  );
  const rounded = JSON.parse(JSON.stringify(expected), (_, value) =>
    typeof value === "number" ? Math.fround(value) : value,
  );
  assert.equal(scalarsOfRun(lastRun(outputs)), rounded);
});

test("stopped in its first epoch, a run keeps its state; infer and evaluate do not find it yet", async () => {
  const run = await stopped("early");
  assert.equal(filesOf(run), ["events.out.tfevents.simdgrad", "metrics.jsonl", "run.json", "state.safetensors"]);
  assert.ok(statSync(join(run, "state.safetensors")).size < 2e5);
  const { status, history } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
  assert.equal([status, history], ["interrupted", { epochs: [], best: null, kept: null, stopped: null }]);
  await expectFailure(
    folder,
    ["evaluate", "--model", "linear", "--run", "latest", "--runs", "early"],
    3,
    /no such run with a checkpoint/,
  );
  // Lines that somebody removed from it do not keep a run from being resumed.
  truncateSync(join(run, "metrics.jsonl"), 0);
  const { code, stderr } = await runCli(folder, ["train", "--resume", "latest", "--out", "early", "--quiet"]);
  assert.is(code, 0, stderr);
  assert.is(metricsOf(run).filter(({ kind }) => kind === "epoch").length, 3);
});

test("a log that somebody cut within a line, or within an event, is cut to the last whole one and resumed", async () => {
  const run = await stopped("cut");
  const files = readdirSync(run).filter((name) => name === "metrics.jsonl" || name.includes("tfevents"));
  assert.is(files.length, 2);
  const eventsBefore = scalarsOfRun(run).length;
  const linesBefore = metricsOf(run).length;
  for (const name of files) truncateSync(join(run, name), statSync(join(run, name)).size - 5);
  const { code, stderr } = await runCli(folder, ["train", "--resume", "latest", "--out", "cut", "--quiet"]);
  assert.is(code, 0, stderr);
  const whole = lastRun(outputs);
  // The line, and the event, that lacked its end is the one that is gone.
  const without = <T>(all: readonly T[], lost: number): T[] => all.filter((_, n) => n !== lost);
  assert.equal(metricsOf(run), without(metricsOf(whole), linesBefore - 1));
  assert.equal(scalarsOfRun(run), without(scalarsOfRun(whole), eventsBefore - 1));
});

test("of several that resume a run at once one does, and the others are refused with 3", async () => {
  const run = await stopped("sought");
  const resume = ["train", "--resume", "latest", "--out", "sought", "--quiet"];
  const outcomes = await Promise.all([0, 1, 2].map(() => runCli(folder, resume)));
  const codes = outcomes.map(({ code }) => code).sort();
  assert.equal(codes, [0, 3, 3], outcomes.map(({ stderr }) => stderr).join(""));
  const refused = /process \d+ is training this run|has ended \(done\)|holds no state|no such run to resume/;
  for (const { code, stderr } of outcomes) if (code === 3) assert.match(stderr, refused);
  assert.equal(metricsOf(run), metricsOf(lastRun(outputs)));
  assert.equal(filesOf(run), FINISHED_FILES);
  assert.is(JSON.parse(readFileSync(join(run, "run.json"), "utf8")).resumed.length, 1);
});

test("latest passes over a run that was killed between its end and the removal of its state, and removes that", async () => {
  const open = await stopped("leftover");
  const state = readFileSync(join(open, "state.safetensors"));
  const ends = [
    { status: "done", history: { stopped: null } },
    { status: "stopped early: no better", history: { stopped: { by: "patience", why: "no better" } } },
  ];
  const finished = ends.map((end, n) => {
    const path = join(folder, "leftover", "linear", `29990101-00000${n}`);
    mkdirSync(path);
    writeFileSync(join(path, "state.safetensors"), state);
    writeFileSync(join(path, "run.json"), JSON.stringify(end));
    return path;
  });
  const { code, stderr } = await runCli(folder, ["train", "--resume", "latest", "--out", "leftover", "--quiet"]);
  assert.is(code, 0, stderr);
  assert.equal(filesOf(open), FINISHED_FILES);
  for (const path of finished) assert.equal(filesOf(path), ["run.json"]);
});

test.run();
