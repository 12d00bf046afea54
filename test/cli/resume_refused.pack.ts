// What mnist train --resume refuses.

import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { decodeTrainingState, encodeTrainingState } from "../../lib/train/training_state.ts";
import { readRunState } from "../../store/runs/run_state.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { runsToStop } from "../support/runs_to_stop.ts";
import { FINISHED_FILES, filesOf } from "../support/train_runs.ts";

const test = suite("mnist train --resume refuses");

const folder = temporaryFolder();
const { stopped } = runsToStop(folder);

test("what cannot be resumed is refused in one line with 3, and left as it is", async () => {
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
  const { trainingSet: _, ...setless } = state.setup;
  const withSetup = (setup: object): Uint8Array =>
    encodeTrainingState({ ...state, setup: setup as typeof state.setup }, metadata);
  const damaged: [Uint8Array, RegExp][] = [
    [
      flipped,
      /state\.safetensors is damaged; its content and its SHA-256 differ\. This run cannot be resumed: name another/,
    ],
    [bytes.subarray(0, 5000), /state\.safetensors is damaged, or not a safetensors file/],
    [encodeTrainingState(state), /is not the state of a run kept here; resume it with what wrote it/],
    ...[{ testSet: undefined }, { plan: { ...extras.plan, model: "mlp" } }, { plan: null }].map(
      (change): [Uint8Array, RegExp] => [
        signed({ ...extras, ...change }),
        /says nothing of its run that this version understands; resume it with the one that wrote it/,
      ],
    ),
    [encodeTrainingState(state, { ...metadata, run: "{" }), /says nothing of its run/],
    [other, /it was trained with the other kernels, and here are [\w-]+ ones, which round differently\. Resume it on/],
  ];
  for (const [content, message] of damaged) {
    writeFileSync(path, content);
    const before = digest();
    const runBefore = readFileSync(join(run, "run.json"), "utf8");
    await expectFailure(folder, resume, 3, message);
    assert.is(digest(), before);
    assert.is(readFileSync(join(run, "run.json"), "utf8"), runBefore);
  }
  // The data are read before they can be compared.
  const unnamed: [object, RegExp][] = [
    [setless, /does not say which training set it began with; resume it with the version that wrote it/],
    [{ ...state.setup, validationSet: 7 }, /does not say which validation set it began with/],
  ];
  for (const [setup, message] of unnamed) {
    writeFileSync(path, withSetup(setup));
    const { code, stderr } = await runCli(folder, [...resume, "--quiet"]);
    assert.is(code, 3, stderr);
    assert.match(stderr, message);
  }
  const { validation, split, cooldown, ...older } = extras.plan.recipe;
  assert.equal([validation, split, cooldown], [150, "random", 0]);
  writeFileSync(path, signed({ ...extras, plan: { ...extras.plan, recipe: older } }));
  assert.equal(readRunState(run).extras.spec.recipe, { ...older, validation: 5000, split: "random", cooldown: 0 });
  writeFileSync(path, bytes);
  const elsewhere = await runCli(folder, [...resume, "--data", "sample", "--quiet"]);
  assert.is(elsewhere.code, 3);
  assert.match(elsewhere.stderr, /it began with another training set: synthetic digits .* here is MNIST/);
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
  await expectFailure(folder, resume, 3, /there is no such run to resume in refused\. None is left unfinished/);
});

test("flags that would make another run of it, and what is no id, end with 2", async () => {
  const bad: [string[], RegExp][] = [
    [["--lr", "0.1"], /--lr is fixed when a run begins; --resume keeps what it began with\. Leave it out/],
    [["--patience", "1"], /--patience is fixed/],
    [["--model", "all"], /--resume continues one run/],
  ];
  for (const [flags, message] of bad)
    await expectFailure(folder, ["train", "--resume", "latest", ...flags], 2, message);
  await expectFailure(
    folder,
    ["train", "--resume", "../x"],
    2,
    /--resume \.\.\/x: a run is "latest" or a run's id; got \.\.\/x/,
  );
  await expectFailure(
    folder,
    ["train", "--resume", "never"],
    3,
    /--resume never: there is no such run to resume in outputs/,
  );
});

test.run();
