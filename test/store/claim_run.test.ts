import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { claimRun } from "../../store/runs/resume_run.ts";
import { expectFailure, temporaryFolder } from "../support/run_cli.ts";

const test = suite("claiming a run");

const folder = temporaryFolder();

test("a run that is claimed is this process's until it is given back as it was", async () => {
  const path = join(folder, "claimed", "linear", "20260101-000000");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "state.safetensors"), "");
  const run = { model: "linear", id: "20260101-000000", path } as const;
  const file = join(path, "run.json");
  const stoppedRun = '{ "status": "interrupted", "seed": 4 }';
  writeFileSync(file, stoppedRun);
  const giveBack = await claimRun(run);
  const { status, seed, runner } = JSON.parse(readFileSync(file, "utf8"));
  assert.equal({ status, seed, runner }, { status: "running", seed: 4, runner: thisProcess() });
  await expectFailure(
    folder,
    ["train", "--resume", "latest", "--out", "claimed"],
    3,
    new RegExp(`process ${process.pid} is training this run`),
  );
  giveBack();
  assert.is(readFileSync(file, "utf8"), stoppedRun);
  rmSync(file);
  (await claimRun(run))();
  assert.equal(readdirSync(path), ["state.safetensors"]);
  // Resumed: what is written by then stays.
  const tooLate = await claimRun(run);
  writeFileSync(file, '{"status": "done"}');
  tooLate();
  assert.is(readFileSync(file, "utf8"), '{"status": "done"}');
  const refusal = await claimRun(run).catch((error: Error) => error.message);
  assert.match(String(refusal), /has ended \(done\)/);
});

test.run();
