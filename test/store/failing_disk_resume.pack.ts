// A run that is resumed on a disk that fails at the n-th operation, for every n: nothing is lost that was there, and once the
// disk is well again it ends as if nothing had happened.

import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeSafetensors } from "../../lib/formats/safetensors.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { readRunState } from "../../store/runs/run_state.ts";
import { recordIn } from "../../store/runs/stored_run.ts";
import { atEveryOperation, makeAfresh, onFailingDisk, orphanLocks } from "../support/failing_disk.ts";
import { readEvents } from "../support/read_events.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { endRunner, resumeSmallRun, stopAfterOneEpoch } from "../support/run_on_failing_disk.ts";

const test = suite("a run that is resumed on a failing disk");

const folder = temporaryFolder();
const place = join(folder, "place");

test("a run that is resumed and ends keeps its state until it is done, and ends with the same weights whatever failed", async () => {
  await stopAfterOneEpoch(place);
  const template = join(folder, "stopped");
  cpSync(place, template, { recursive: true });
  const [{ id }] = listRuns(place, ["linear"]);
  const run = join(place, "linear", id);
  const recorded = recordIn(run).record;
  await resumeSmallRun(place);
  const finished = readFileSync(join(run, "model.safetensors"));
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length;

  const operations = await atEveryOperation(async ({ failAt, how }) => {
    makeAfresh(place, template);
    const { calls, error, leftOpen } = await onFailingDisk(place, { failAt, how }, () => resumeSmallRun(place));
    const name = `${how} at ${failAt}, ${calls[failAt]}: ${error?.message}`;
    assert.is(leftOpen, 0, name);
    const { record: content, problem } = recordIn(run);
    assert.is(problem, null, name);
    assert.equal(
      [content.recipe, content.seed, content.started],
      [recorded.recipe, recorded.seed, recorded.started],
      name,
    );
    decodeSafetensors(readFileSync(join(run, "model.safetensors")), "model");
    const isDone = content.status === "done";
    if (!error) assert.ok(isDone, name);
    if (isDone) assert.is(error, null, name);
    else {
      readRunState(run);
      if (content.status === "running") endRunner(run, content);
      orphanLocks(place);
      await resumeSmallRun(place);
    }
    assert.is(recordIn(run).record.status, "done", name);
    assert.is(Buffer.compare(readFileSync(join(run, "model.safetensors")), finished), 0, name);
    assert.is(readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length, lines, name);
    const events = readdirSync(run).filter((each) => each.startsWith("events"));
    assert.is(events.length, 1, name);
    readEvents(new Uint8Array(readFileSync(join(run, events[0]))));
    return calls;
  });
  assert.ok(operations >= 300, String(operations));
});

test.run();
