import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { columnTable } from "../../cli/terminal/columns.ts";
import type { TerminalStream } from "../../cli/terminal/terminal.ts";
import { isRunnerAlive, readRunner, thisProcess } from "../../lib/base/run_process.node.ts";
import { recipeFor } from "../../models/index.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { type RunRecord, readRunRecord, writeRunRecord } from "../../store/runs/run_record.ts";
import { settingsOf } from "../../store/runs/run_settings.ts";
import { epochsOf, secondsOf, statusOf, whyUnfinished } from "../../store/runs/stored_run.ts";
import { fakeRun } from "../support/fake_run.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { GONE_PID } from "../support/versions.ts";

const test = suite("mnist runs");

const folder = temporaryFolder();
const freshOutputs = (): string => mkdtempSync(join(folder, "o-"));
const same = (text: string): string => text;
const terminal = (width: number): TerminalStream => ({
  ...{ isTerminal: true, hasColor: false, width },
  ...{ bold: same, dim: same, red: same, green: same, yellow: same, cyan: same },
});

test("runs are listed newest first, of both networks, a number within a second counted", async () => {
  const outputs = freshOutputs();
  for (const id of ["20260101-000000", "20260101-000000-2", "20260101-000000-10", "20251231-235959"])
    fakeRun(outputs, id);
  fakeRun(outputs, "20260102-000000", { model: "cnn", testAccuracy: 0.9942 });
  const { code, stdout, stderr } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.equal([code, stderr], [0, ""]);
  const [head, ...rows] = stdout.trimEnd().split("\n");
  assert.match(head, /^id +model +status +epochs +val +test +time +weights$/);
  assert.match(rows[0], /^20260102-000000 +cnn +done +2\/3 +91\.00 % +99\.42 % +7\.0 s +[0-9a-f]{8}$/);
  assert.equal(
    rows.map((row) => row.split(" ")[0]),
    ["20260102-000000", "20260101-000000-10", "20260101-000000-2", "20260101-000000", "20251231-235959"],
  );
});

test("--model leaves the others out; --sort puts the best first, and what has no figure last", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001", { testAccuracy: 0.91, validationAccuracy: 0.8, seconds: 3 });
  fakeRun(outputs, "20260101-000002", { testAccuracy: 0.93, validationAccuracy: 0.7, seconds: 9 });
  fakeRun(outputs, "20260101-000003", { testAccuracy: null, status: "interrupted", validationAccuracy: 0.9 });
  fakeRun(outputs, "20260101-000004", { model: "cnn" });
  const ids = async (...args: string[]): Promise<number[]> => {
    const { stdout } = await runCli(folder, ["runs", "--runs", outputs, "--model", "linear", "--json", ...args]);
    return stdout.trim().split("\n").map((line) => Number(JSON.parse(line).id.slice(-1))); // biome-ignore format: one line
  };
  assert.equal(await ids(), [3, 2, 1]);
  assert.equal(await ids("--sort", "test"), [2, 1, 3]);
  assert.equal(await ids("--sort", "validation"), [3, 1, 2]);
  assert.equal(await ids("--sort", "duration"), [1, 3, 2]);
});

test("--json prints one object a run, in a stable form", async () => {
  const outputs = freshOutputs();
  const weights = fakeRun(outputs, "20260101-000001", { testAccuracy: 0.91 });
  const { stdout } = await runCli(folder, ["runs", "--runs", outputs, "--json"]);
  assert.equal(JSON.parse(stdout), {
    ...{ id: "20260101-000001", model: "linear", status: "done", problem: null, error: null },
    ...{ can_resume: false, epochs: 2, planned_epochs: 3, limit: null },
    ...{
      val_accuracy: 0.91,
      test_accuracy: 0.91,
      test_loss: 0.3,
      dataset: "mnist",
      trained_on: "MNIST",
      test_images: null,
      seconds: 7,
      weights_sha256: weights,
      versions: [],
      is_current: false,
    },
    path: join(outputs, "linear", "20260101-000001"),
  });
});

test("a run that was trained with --limit is marked as such, whatever is left of its sets", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001");
  fakeRun(outputs, "20260101-000002", { more: { limit: 20_000 } });
  const { stdout } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.match(stdout, /^id .* limit +time /m);
  assert.match(stdout, /^20260101-000002 .* 20,000 +7\.0 s /m);
});

test("no folder and an empty folder are no error: a line says what to do", async () => {
  const none = await runCli(folder, ["runs", "--runs", "nowhere"]);
  assert.equal([none.code, none.stdout], [0, ""]);
  assert.match(none.stderr, /^There is no folder nowhere here.* Train one: mnist train/);
  const empty = await runCli(folder, ["runs", "--runs", freshOutputs(), "--json"]);
  assert.equal([empty.code, empty.stdout], [0, ""]);
  assert.match(empty.stderr, /^No run is in /);
});

test("a run.json that is damaged, empty, another thing or missing gets a line; the others are listed", async () => {
  const outputs = freshOutputs();
  const damages: Record<string, string | null> = {
    "1": '{"status": "done", ',
    "2": "",
    "3": "[1, 2]",
    "4": "null",
    "5": null,
  };
  fakeRun(outputs, "20260101-000009");
  for (const [n, text] of Object.entries(damages)) {
    const id = `20260101-00000${n}`;
    fakeRun(outputs, id);
    const path = join(outputs, "linear", id, "run.json");
    if (text === null) rmSync(path);
    else writeFileSync(path, text);
  }
  mkdirSync(join(outputs, "linear", "versions"));
  mkdirSync(join(outputs, "linear", "notes of mine"));
  const { code, stdout } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.is(code, 0);
  assert.is(stdout.match(/^20260101-00000[1-5] +linear +damaged /gm)?.length, 5);
  assert.is(stdout.match(/^linear\/20260101-00000[1-4]: run\.json is damaged: it holds no JSON object$/gm)?.length, 4);
  assert.match(stdout, /^linear\/20260101-000005: it has no run\.json$/m);
  assert.match(stdout, /^20260101-000009 +linear +done/m);
  assert.not.match(stdout, /versions|notes/);
});

test("fields of another type than they should be are left out, not believed", () => {
  const outputs = freshOutputs();
  const more = { status: 7, test_accuracy: "high", seconds: null, weights_sha256: 5, history: "none", recipe: [1] };
  fakeRun(outputs, "20260101-000001", { more });
  const [run] = listRuns(outputs);
  const { status, result, recipe } = run.record;
  assert.equal(
    [status, result.testAccuracy, secondsOf(run), result.weightsSha256, epochsOf(run), recipe],
    ["unknown", null, null, null, null, {}],
  );
});

test("a status of a later version is shown as it is, and cut where it is long", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001", { status: "stopped early, the validation loss rose" });
  const { stdout } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.match(stdout, / stopped early, the val… +2\/3 /);
});

test("a run that says running is alive, died or unknown, by its process", () => {
  const outputs = freshOutputs();
  const { host } = thisProcess();
  fakeRun(outputs, "20260101-000001", { status: "running", more: { runner: thisProcess() } });
  fakeRun(outputs, "20260101-000002", { status: "running", more: { runner: { pid: GONE_PID, host } } });
  fakeRun(outputs, "20260101-000003", { status: "running", more: { runner: { pid: 1, host: "elsewhere" } } });
  fakeRun(outputs, "20260101-000004", { status: "running" });
  assert.equal(listRuns(outputs).map(statusOf), ["running?", "running?", "died", "running"]);
  assert.equal(listRuns(outputs).map(whyUnfinished), [
    ...["it is still running", "it is still running", "its process died after epoch 2 of 3", "it is still running"],
  ]);
  for (const pid of [0, -1, 1.5, "1", null]) assert.is(isRunnerAlive(readRunner({ pid, host })), null);
});

test("two runs side by side: what differs, the results, and how much is the same", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001", { lr: 0.001, testAccuracy: 0.91 });
  fakeRun(outputs, "20260101-000002", { lr: 0.01, seed: 2, testAccuracy: 0.93 });
  const { code, stdout } = await runCli(folder, ["runs", "20260101-000001", "latest", "--runs", outputs]);
  assert.is(code, 0);
  const [head, ...rows] = stdout.split("\n");
  assert.match(head, /^ +linear\/20260101-000001 +linear\/20260101-000002$/);
  assert.match(rows[0], /^lr +0\.001 +0\.01$/);
  assert.match(rows[1], /^seed +1 +2$/);
  assert.match(rows[2], /^status +done +done$/);
  assert.match(stdout, /^test accuracy +91\.00 % +93\.00 %$/m);
  assert.match(stdout, /^The same in all: \d+ settings\./m);
  assert.not.match(stdout, /optimizer/);
});

test("whatever of a run.json decided the run is compared: each setting that differs gets its line", async () => {
  const outputs = freshOutputs();
  const record = readRunRecord("{}", "a run");
  const recordOf = (more: Partial<RunRecord>): object => {
    const recipe = recipeFor("linear", "standard", {});
    const common = { ...record, status: "done", model: "linear", seed: 1, limit: 20, recipe, history: null };
    return JSON.parse(writeRunRecord({ ...common, ...more }));
  };
  const augment = {
    ...{ rotate: 1, shift: 1, scale: 0.1, shear: 0.1, elastic: 1, thickness: 0.1 },
    ...{ stretch: 0.2, gaps: 2, blur: 0.3, coarse: 1.5, contrast: 0.4, noise: 0.5, blocks: 0.6 },
  };
  const recipe = recipeFor("linear", "best", { average: 0.5, augment });
  fakeRun(outputs, "20260101-000001", { more: recordOf({}) });
  fakeRun(outputs, "20260101-000002", {
    more: recordOf({ recipe, limit: 30, patience: 4, maxSeconds: 60, seed: 2, resumed: ["2026-01-02", "2026-01-03"] }),
  });
  const { code, stdout } = await runCli(folder, ["runs", "20260101-000001", "latest", "--runs", outputs]);
  assert.is(code, 0);
  for (const row of [
    ...["preset +standard +best", "average +0 +0\\.5", "weightDecay +0 +0\\.1", "seed +1 +2", "limit +20 +30"],
    ...Object.entries(augment).map(([name, value]) => `augment\\.${name} +0 +${value}`),
    ...["patience +– +4", "max_seconds +– +60", "resumed +0 +2"],
  ]) {
    assert.match(stdout, new RegExp(`^${row}$`, "m"));
  }
  // What decides nothing, or is a result.
  const others = new Set(["status", "history", "model", "command", "parameters", "runner", "started"]);
  const [run] = listRuns(outputs);
  const settings = Object.keys(settingsOf(run));
  for (const name of Object.keys(recordOf({}))) {
    const isShown = name === "recipe" || settings.some((each) => each === name || each.startsWith(`${name}.`));
    assert.ok(isShown || others.has(name), `run.json's ${name} is no setting`);
  }
});

test("one run alone is shown with all its settings; --json has them too", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001");
  const { stdout } = await runCli(folder, ["runs", "20260101", "--runs", outputs]);
  assert.match(stdout, /^optimizer +adam$/m);
  assert.match(stdout, /^dataset\.train\.sha256 +abababababab$/m);
  const json = await runCli(folder, ["runs", "20260101", "--runs", outputs, "--json"]);
  const { settings } = JSON.parse(json.stdout);
  assert.equal([settings.lr, settings.seed, settings["versions.node"]], [0.001, 1, "20.0.0"]);
});

test("an unknown run gets a suggestion, an ambiguous one the candidates, one named twice a word", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001");
  fakeRun(outputs, "20260101-000002");
  const runs = (...args: string[]): string[] => ["runs", ...args, "--runs", outputs];
  await expectFailure(folder, runs("20260101-00001"), 3, /no such run .* Did you mean 20260101-00000\d\?/);
  await expectFailure(folder, runs("best"), 3, /best: there is no such run in .* The latest is 20260101-000002\./);
  await expectFailure(folder, runs("2026"), 2, /2026: 2 runs match: linear\/20260101-000002, /);
  await expectFailure(folder, runs("latest", "20260101-000002"), 2, /named twice/);
  await expectFailure(folder, runs("latest", "--sort", "test"), 2, /--sort orders the list/);
  await expectFailure(folder, ["runs", "--sort", "tset"], 2, /--sort must be one of .* Did you mean test\?/);
  await expectFailure(folder, ["runs", "x", "--runs", "nowhere"], 3, /there is no run in nowhere\. Train one first/);
  await expectFailure(folder, ["runs", "--runs", "file"], 1, /file.*: a part of the path is a file/, {});
});

test("where the line is narrow the least important columns go; a pipe gets all", () => {
  const columns = [
    { title: "id", cells: ["a-long-id"] },
    { title: "time", cells: ["1.0 s"], rank: 2 },
    { title: "weights", cells: ["abcdef"], rank: 1 },
    { title: "nothing", cells: [""] },
  ];
  const heads = (stream: TerminalStream): string => columnTable(columns, stream)[0];
  assert.is(heads(terminal(80)), "id         time   weights");
  assert.is(heads(terminal(24)), "id         time");
  assert.is(heads(terminal(5)), "id");
  assert.is(heads({ ...terminal(5), isTerminal: false }), "id         time   weights");
});

test("what a run.json holds cannot command the terminal", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001", { status: "\u001b[2Jdone" });
  const { stdout } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.match(stdout, /\\u001b\[2Jdone/);
});

writeFileSync(join(folder, "file"), "");

test.run();
