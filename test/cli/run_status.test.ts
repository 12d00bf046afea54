// What the list of runs says about how each ended.

import { mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compareRuns } from "../../cli/runs/compare_runs.ts";
import { describeEpochs, runTable, shortStatusOf } from "../../cli/runs/run_table.ts";
import { stdout } from "../../cli/terminal/terminal.ts";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { STATE_FILE } from "../../store/runs/run_folder.ts";
import { summaryOf } from "../../store/runs/run_summary.ts";
import { statusOf, whyUnfinished } from "../../store/runs/stored_run.ts";
import { versionMarks } from "../../store/versions/version_marks.ts";
import { fakeRun } from "../support/fake_run.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { GONE_PID, promote, rollback } from "../support/versions.ts";

const test = suite("how runs ended");

const folder = temporaryFolder();
const ID = "20260101-000001";

function runThat(status: string, more: object, hasState: boolean) {
  const outputs = mkdtempSync(join(folder, "o-"));
  fakeRun(outputs, ID, { status, more });
  if (hasState) writeFileSync(join(outputs, "linear", ID, STATE_FILE), "");
  return listRuns(outputs)[0];
}

/** As fakeRun's: a line for each of two epochs, of three planned. */
function stopped(by: "patience" | "maxSeconds", why: string, epochs = 2, step = 0): [string, object] {
  const history = { epochs: Array.from({ length: epochs }, (_, i) => ({ epoch: i + 1, seconds: 1 })) };
  return [`stopped early: ${why}`, { history: { ...history, stopped: { by, why, step } } }];
}

test("the list says why a run stopped early, uncut, and whether it is resumable", () => {
  const outOfTime = runThat(...stopped("maxSeconds", "0.3 s had passed after epoch 2"), true);
  assert.is(shortStatusOf(outOfTime), "out of time, resumable");
  assert.is(statusOf(outOfTime), "stopped early: 0.3 s had passed after epoch 2");
  assert.is(shortStatusOf(runThat(...stopped("patience", "no better validation in 1 epoch"), true)), "no better");
  const runner = { pid: GONE_PID, host: thisProcess().host };
  assert.is(shortStatusOf(runThat("running", { runner }, true)), "died, resumable");
  assert.is(shortStatusOf(runThat("running", { runner }, false)), "died");
  assert.is(shortStatusOf(runThat("running", { runner: thisProcess() }, true)), "running");
  const interrupted = runThat("interrupted", {}, true);
  assert.match(
    runTable([interrupted], () => ({ versions: [], isCurrent: false }), stdout)[1],
    / interrupted, resumable /,
  );
  assert.is(shortStatusOf(runThat("done", {}, true)), "done");
  assert.is(shortStatusOf(runThat("failed", { error: "the disk is full." }, true)), "failed, resumable");
});

test("what a run failed of is said where it is looked at, and to programs", () => {
  const failed = runThat("failed", { error: "the disk is full." }, false);
  assert.is(shortStatusOf(failed), "failed");
  assert.is(whyUnfinished(failed), "it failed after epoch 2 of 3: the disk is full");
  const none = { versions: [], isCurrent: false };
  assert.match(compareRuns([failed], () => none, stdout).join("\n"), /^\w+\/\S+: the disk is full\.$/m);
  const { error, canResume } = summaryOf(failed, none);
  assert.equal([error, canResume], ["the disk is full.", false]);
});

test("an epoch that a run stopped within does not count as one that it went through", () => {
  const epochs = (count: number, step: number): string =>
    describeEpochs(runThat(...stopped("maxSeconds", "5 s had passed", count, step), true));
  assert.is(epochs(1, 1), "0+/3");
  assert.is(epochs(2, 6), "1+/3");
  assert.is(epochs(2, 0), "2/3");
});

test("a run that continued after it was promoted is no longer a version, since its weights changed", async () => {
  const outputs = mkdtempSync(join(folder, "o-"));
  fakeRun(outputs, ID, { seed: 1 });
  await promote(outputs, ID);
  const mark = () => versionMarks(outputs, ["linear"]).of(listRuns(outputs)[0]);
  assert.equal(mark(), { versions: [1], isCurrent: true });
  fakeRun(outputs, ID, { seed: 2 });
  assert.equal(mark(), { versions: [], isCurrent: false });
  await promote(outputs, ID);
  assert.equal(mark(), { versions: [2], isCurrent: true });
  await rollback(outputs);
  assert.equal(mark(), { versions: [2], isCurrent: false });
});

test("a damaged run.json does not keep a run from being resumed: its state is read", () => {
  const run = runThat("interrupted", {}, true);
  writeFileSync(join(run.path, "run.json"), "{");
  const [damaged] = listRuns(dirname(dirname(run.path)));
  assert.is(shortStatusOf(damaged), "damaged, resumable");
});

test.run();
