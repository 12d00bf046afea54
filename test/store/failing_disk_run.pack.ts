// A run that begins, on a disk that fails at the n-th operation, for every n: nothing is lost that was there, and once the
// disk works again the program continues.

import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listRuns } from "../../store/runs/list_runs.ts";
import { recordIn } from "../../store/runs/stored_run.ts";
import { atEveryOperation, makeAfresh, onFailingDisk } from "../support/failing_disk.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { beginSmallRun, endRunner, resumeSmallRun } from "../support/run_on_failing_disk.ts";

const test = suite("a run that begins, on a failing disk");

const folder = temporaryFolder();
const place = join(folder, "place");

test("a run that fails at its beginning leaves nothing, or a run that can be read; another's folder is never touched", async () => {
  makeAfresh(place);
  await beginSmallRun(place);
  const template = join(folder, "other");
  cpSync(place, template, { recursive: true });
  const [other] = listRuns(place, ["linear"]);
  const contents = (): string[] => readdirSync(other.path).sort().map((file) => readFileSync(join(other.path, file)).toString("base64")); // biome-ignore format: one line
  const before = contents();
  const operations = await atEveryOperation(async ({ failAt, how }) => {
    makeAfresh(place, template);
    const { calls, error, leftOpen } = await onFailingDisk(place, { failAt, how }, () => beginSmallRun(place));
    const name = `${how} at ${failAt}, ${calls[failAt]}: ${error?.message}`;
    assert.is(leftOpen, 0, name);
    assert.equal(contents(), before, name);
    const runs = listRuns(place, ["linear"]).filter(({ id }) => id !== other.id);
    if (!error) assert.equal(runs.map(({ record }) => record.status), ["done"], name); // biome-ignore format: one line
    // What is broken for good cannot be tidied up either.
    for (const each of how === "broken" ? [] : runs) {
      assert.is(each.problem, null, name);
      if (each.record.status === "done" || !existsSync(join(each.path, "state.safetensors"))) continue;
      if (each.record.status === "running") endRunner(each.path, each.record);
      await resumeSmallRun(place);
      assert.is(recordIn(each.path).record.status, "done", name);
    }
    return calls;
  });
  assert.ok(operations >= 400, String(operations));
});

test.run();
