import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { lastRun, metricsOf, resultOf } from "../support/train_runs.ts";

const test = suite("mnist train, stopping early");

const folder = temporaryFolder();
const CNN = ["train", "--data", "synthetic", "--limit", "200", "--epochs", "2", "--batch-size", "16", "--seed", "3"];

test("--max-seconds ends a run with a result; with more time it resumes to the uninterrupted one's", async () => {
  const args = [...CNN, "--out", "hurried", "--quiet"];
  const first = await runCli(folder, [...args, "--max-seconds", "0.02"]);
  assert.is(first.code, 0, first.stderr);
  assert.match(first.stdout, /^stopped early: 0\.02 s had passed after (step \d+ of epoch|epoch) \d$/m);
  const run = lastRun(join(folder, "hurried"));
  const { status, test_accuracy, max_seconds } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
  assert.match(status, /^stopped early: 0\.02 s had passed/);
  assert.ok(test_accuracy >= 0 && max_seconds === 0.02);
  assert.ok(existsSync(join(run, "model.safetensors")) && existsSync(join(run, "state.safetensors")));
  const resume = ["train", "--resume", "latest", "--out", "hurried", "--quiet"];
  const usedUp = /it has trained for \d+\.\d s of 0\.02 s\. Give more\. As in --max-seconds \d+/;
  await expectFailure(folder, resume, 2, usedUp);
  assert.is((await runCli(folder, [...resume, "--max-seconds", "1000"])).code, 0);
  const whole = await runCli(folder, [...CNN, "--quiet", "--out", "unhurried"]);
  assert.is(whole.code, 0);
  assert.equal(resultOf(run), resultOf(lastRun(join(folder, "unhurried"))));
  assert.equal(metricsOf(run), metricsOf(lastRun(join(folder, "unhurried"))));
});

test("with next to no time the network is measured as it began, and nothing is drawn of its history", async () => {
  const args = [...CNN, "--model", "linear", "--out", "none", "--max-seconds", "0.000001"];
  const { code, stdout, stderr } = await runCli(folder, args);
  assert.is(code, 0, stderr);
  assert.match(stdout, /\(epoch 0 of 2\)\nstopped early: 0\.000001 s had passed after epoch 0$/m);
  assert.not.match(stderr, /curves/);
});

test("--patience ends a run, which is then done", async () => {
  const flags = ["--patience", "1", "--epochs", "50", "--limit", "300", "--quiet", "--out", "patient"];
  const { code, stdout } = await runCli(folder, [...CNN, ...flags]);
  assert.is(code, 0);
  assert.match(stdout, /^stopped early: no better validation in 1 epoch$/m);
  const run = lastRun(join(folder, "patient"));
  const { status, patience, recipe, history } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
  assert.equal([status, patience], ["stopped early: no better validation in 1 epoch", 1]);
  assert.is(history.epochs.length, history.best.epoch + 1);
  // Though the preset keeps the last.
  assert.equal([recipe.keep, history.kept], ["best", history.best]);
  const id = run.split("/").pop() ?? "";
  await expectFailure(
    folder,
    ["train", "--resume", id, "--out", "patient"],
    3,
    /this run has ended \(stopped early: no better .*nothing left to train/,
  );
});

test.run();
