import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { thisProcess } from "../../cli/files/run_alive.ts";
import { readRunState } from "../../cli/train/run_state.ts";
import { decodeTrainingState, encodeTrainingState } from "../../lib/train/training_state.ts";
import { expectFailure, type Outcome, runCli, temporaryFolder } from "../support/run_cli.ts";
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
const RECIPE = ["--epochs", "2", "--batch-size", "16", "--validation", "150"];
const CNN = ["train", "--data", "synthetic", "--limit", "200", "--seed", "3", ...RECIPE];
const LINEAR = [...CNN, "--model", "linear", "--limit", "6000", "--epochs", "3"];

/** Starts or goes on, and sends the signal once stdout or metrics.jsonl has the text. */
async function stopAt(
  args: readonly string[],
  isThere: (run: string) => boolean,
  signal: NodeJS.Signals,
): Promise<Outcome> {
  let kill: ((signal: NodeJS.Signals) => void) | null = null;
  let run = "";
  const timer = setInterval(() => {
    if (!kill || !isThere(run)) return;
    clearInterval(timer);
    kill(signal);
  }, 2);
  const outcome = await runCli(folder, [...args, "--json", "--quiet"], {
    onStdout: (text, send) => {
      kill = send;
      run = JSON.parse(text.split("\n")[0]).run;
    },
  });
  clearInterval(timer);
  return outcome;
}

/** True once the run's metrics.jsonl has a line of this step of the run, or a later one. */
const hasStep = (step: number) => (run: string) =>
  metricsOf(join(folder, run)).some((line) => line.kind === "step" && line.step >= step);

const isStopped = (outcome: Outcome): void => {
  assert.is(outcome.code, 130, outcome.stderr);
  assert.match(outcome.stderr, /Go on with: mnist train --resume [\d-]+\n$/);
};

test("a run stopped by Ctrl-C, once or several times, ends as the uninterrupted one: result, history, metrics", async () => {
  for (const [args, steps] of [
    [
      [...CNN, "--settle", "0.5"],
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
      isStopped(
        await stopAt([...begin, "--threads", n % 2 ? "1" : "2"], hasStep(step), n === 1 ? "SIGTERM" : "SIGINT"),
      );
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

/** A run that was stopped in its first epoch, in a folder of its own. */
async function stopped(name: string, ...flags: string[]): Promise<string> {
  const outcome = await stopAt([...LINEAR, "--out", name, ...flags], hasStep(20), "SIGINT");
  assert.is(outcome.code, 130, outcome.stderr);
  return lastRun(join(folder, name));
}

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
  // Lines that somebody took from it do not keep a run from going on.
  truncateSync(join(run, "metrics.jsonl"), 0);
  const { code, stderr } = await runCli(folder, ["train", "--resume", "latest", "--out", "early", "--quiet"]);
  assert.is(code, 0, stderr);
  assert.is(metricsOf(run).filter(({ kind }) => kind === "epoch").length, 3);
});

test("a log that somebody cut within a line, or within an event, is cut to the last whole one and gone on with", async () => {
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

test("what cannot be gone on with is refused in one line with 3, and left as it is", async () => {
  const run = await stopped("refused");
  const path = join(run, "state.safetensors");
  const bytes = readFileSync(path);
  const { state, metadata } = decodeTrainingState(bytes, "state");
  const resume = ["train", "--resume", "latest", "--out", "refused"];
  const id = run.split("/").pop() ?? "";
  const digest = (): string => createHash("sha256").update(readFileSync(path)).digest("hex");

  const flipped = Buffer.from(bytes);
  flipped[bytes.length - 5] ^= 4;
  const other = encodeTrainingState({ ...state, setup: { ...state.setup, kernels: "other" } }, metadata);
  const extras = JSON.parse(metadata.run);
  const signed = (content: object): Uint8Array =>
    encodeTrainingState(state, { ...metadata, run: JSON.stringify(content) });
  const damaged: [Uint8Array, RegExp][] = [
    [
      flipped,
      /state\.safetensors is damaged; its content and its SHA-256 differ\. This run cannot go on: name another/,
    ],
    [bytes.subarray(0, 5000), /state\.safetensors is damaged or no safetensors file/],
    [encodeTrainingState(state), /was not written by mnist train/],
    ...[{ testSet: undefined }, { plan: { ...extras.plan, model: "mlp" } }, { plan: null }].map(
      (change): [Uint8Array, RegExp] => [
        signed({ ...extras, ...change }),
        /says nothing of its run that this version understands; resume it with the one that wrote it/,
      ],
    ),
    [encodeTrainingState(state, { ...metadata, run: "{" }), /says nothing of its run/],
    [other, /it was trained with the other kernels, and here are \w+ ones, which round otherwise\. Resume it on/],
  ];
  for (const [content, message] of damaged) {
    writeFileSync(path, content);
    const before = digest();
    const runBefore = readFileSync(join(run, "run.json"), "utf8");
    await expectFailure(folder, resume, 3, message);
    assert.is(digest(), before);
    assert.is(readFileSync(join(run, "run.json"), "utf8"), runBefore);
  }
  const { validation, settle, ...older } = extras.plan.recipe;
  assert.equal([validation, settle], [150, 0]);
  writeFileSync(path, signed({ ...extras, plan: { ...extras.plan, recipe: older } }));
  assert.equal(readRunState(run).extras.plan.recipe, { ...older, validation: 5000, settle: 0 });
  writeFileSync(path, bytes);
  const data = [...resume, "--data", process.env.MNIST_DIR ?? ""];
  if (process.env.MNIST_DIR)
    await expectFailure(folder, data, 3, /it began with another training set: synthetic digits .* here is MNIST/);
  else console.log("SKIPPED, since MNIST_DIR names no folder: another data set");
  // Its own process, as far as anybody can tell.
  const runFile = readFileSync(join(run, "run.json"), "utf8");
  const running = { ...JSON.parse(runFile), status: "running", runner: thisProcess() };
  writeFileSync(join(run, "run.json"), JSON.stringify(running));
  await expectFailure(
    folder,
    resume,
    3,
    new RegExp(`process ${process.pid} is training this run; wait for it, or stop it`),
  );
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...running, runner: { ...thisProcess(), ticks: "1" } }));
  assert.is(digest(), createHash("sha256").update(bytes).digest("hex"));
  // A run.json that is gone stops nothing, nor do the leftovers of a process that was killed while it wrote.
  rmSync(join(run, "run.json"));
  copyFileSync(path, join(run, ".state.safetensors.123.456.tmp"));
  assert.is((await runCli(folder, [...resume, "--quiet"])).code, 0);
  assert.equal(filesOf(run), FINISHED_FILES);
  await expectFailure(
    folder,
    ["train", "--resume", id, "--out", "refused"],
    3,
    /this run has ended \(done\); there is nothing left to train/,
  );
  await expectFailure(folder, resume, 3, /there is no such run to go on with in refused\. None is left unfinished/);
});

test("of several that go on with a run at once one does, and the others are refused with 3", async () => {
  const run = await stopped("sought");
  const resume = ["train", "--resume", "latest", "--out", "sought", "--quiet"];
  const outcomes = await Promise.all([0, 1, 2].map(() => runCli(folder, resume)));
  const codes = outcomes.map(({ code }) => code).sort();
  assert.equal(codes, [0, 3, 3], outcomes.map(({ stderr }) => stderr).join(""));
  const refused = /process \d+ is training this run|has ended \(done\)|holds no state|no such run to go on with/;
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

test("flags that would make another run of it, and what is no id, end with 2", async () => {
  const bad: [string[], RegExp][] = [
    [["--lr", "0.1"], /--lr is fixed when a run begins; --resume goes on with what it began with\. Leave it out/],
    [["--patience", "1"], /--patience is fixed/],
    [["--model", "both"], /--resume goes on with one run/],
  ];
  for (const [flags, message] of bad)
    await expectFailure(folder, ["train", "--resume", "latest", ...flags], 2, message);
  await expectFailure(folder, ["train", "--resume", "../x"], 2, /--resume takes "latest" or a run's id; got \.\.\/x/);
  await expectFailure(folder, ["train", "--resume", "never"], 3, /--resume never: there is no such run to go on with/);
});

test.run();
