// A blank word means nothing: no run, although every id begins with it, no checkpoint, no folder, no note.

import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist, mnistState } from "../../data/index.node.ts";
import { OptionError } from "../../lib/index.ts";
import { MODEL_NAMES } from "../../models/index.ts";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import { selectorOf } from "../../store/checkpoints/selector.ts";
import { findRun } from "../../store/runs/find_run.ts";
import { checkpointOfRun, listRuns, runNamed } from "../../store/runs/list_runs.ts";
import { findResumable } from "../../store/runs/resume_run.ts";
import { createRunFolder } from "../../store/runs/run_folder.ts";
import { promote } from "../../store/versions/promote.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { rollBack } from "../../store/versions/roll_back.ts";
import { fakeRun } from "../support/fake_run.ts";
import { expectFailure, temporaryFolder } from "../support/run_cli.ts";

const test = suite("blank words");

const folder = temporaryFolder();
const BLANKS = ["", " ", "\t\n", "\u00a0\u2003", "\u200b", "\u0000", "\u2800"];
const ID = "20260101-000001";

/** One run, of which every beginning of an id is the beginning. */
function outputsWithRun(): string {
  const outputs = mkdtempSync(join(folder, "o-"));
  fakeRun(outputs, ID);
  writeFileSync(join(outputs, "linear", ID, "state.safetensors"), "");
  return outputs;
}

async function refuses(work: () => unknown, what: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    assert.instance(error, OptionError, what);
    return;
  }
  assert.unreachable(what);
}

test("whoever names a run, a version or a file by a blank word is refused, although one run alone is there", async () => {
  const outputs = outputsWithRun();
  const runs = listRuns(outputs);
  for (const blank of [...BLANKS, "linear/", "linear/.", "/"]) {
    const ways: Record<string, () => unknown> = {
      findRun: () => findRun(runs, blank),
      runNamed: () => runNamed(runs, blank, outputs),
      runNamedOfNone: () => runNamed([], blank, outputs),
      checkpointOfRun: () => checkpointOfRun(outputs, MODEL_NAMES, blank),
      findResumable: () => findResumable(outputs, undefined, blank),
      run: () => loadModel(outputs, { kind: "run", id: blank }),
      promote: () => promote(outputs, MODEL_NAMES, blank),
    };
    for (const [name, way] of Object.entries(ways)) await refuses(way, `${name}(${JSON.stringify(blank)})`);
  }
  for (const blank of BLANKS) {
    await refuses(() => selectorOf(blank, outputs, "linear"), "selectorOf");
    await refuses(() => loadModel(outputs, { kind: "file", path: blank }), "file");
  }
  assert.equal(readRegistry(outputs, "linear").records, []);
});

test("neither is a folder blank, nor a note", async () => {
  const outputs = outputsWithRun();
  await promote(outputs, MODEL_NAMES, ID, "why");
  for (const blank of BLANKS) {
    const ways: Record<string, () => unknown> = {
      listRuns: () => listRuns(blank),
      readRegistry: () => readRegistry(blank, "linear"),
      createRunFolder: () => createRunFolder(blank, "linear", new Date(), 10),
      loadMnist: () => loadMnist({ dir: blank }),
      mnistState: () => mnistState({ dir: blank }),
      promote: () => promote(outputs, MODEL_NAMES, ID, blank),
      rollBack: () => rollBack(outputs, { note: blank }),
    };
    for (const [name, way] of Object.entries(ways)) await refuses(way, `${name}(${JSON.stringify(blank)})`);
  }
  assert.is(readRegistry(outputs, "linear").records.length, 1);
});

test("mnist promote linear/ promotes nothing", async () => {
  const outputs = outputsWithRun();
  await expectFailure(folder, ["promote", "linear/", "--runs", outputs], 2, /a run is "latest" or a run's id; got linear\//); // biome-ignore format: one line
  assert.equal(readRegistry(outputs, "linear").records, []);
});

test.run();
