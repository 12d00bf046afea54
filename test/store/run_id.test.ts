// Which run is the latest, for every command: the one that began last, whatever the clock said.

import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { MODEL_NAMES } from "../../models/index.ts";
import { checkpointOfRun, listRuns, runNamed } from "../../store/runs/list_runs.ts";
import { findResumable } from "../../store/runs/resume_run.ts";
import { createRunFolder, type RunFolder } from "../../store/runs/run_folder.ts";
import { compareRunIds, isRunId, newRunId } from "../../store/runs/run_id.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("a run's id");

const folder = temporaryFolder();
const freshOutputs = (): string => mkdtempSync(join(folder, "o-"));
const at = (time: string): Date => new Date(`${time}Z`);

test("is the time at which it began, or counts on from the newest there is", () => {
  const now = at("2026-01-02T03:04:05");
  const cases: [known: string[], id: string][] = [
    [[], "20260102-030405"],
    [["20260101-235959-9", "20251231-000000"], "20260102-030405"],
    [["20260102-030405"], "20260102-030405-2"],
    [["20260102-030405-2", "20260102-030405-10", "20260102-030405-9"], "20260102-030405-11"],
    [["20260103-000000", "20260102-030405-7"], "20260103-000000-2"],
    [["20260103-000000-2", "20260103-000000"], "20260103-000000-3"],
    [["my run", "versions", "zzz", "20260102", "20270101-000000.bak", "__proto__"], "20260102-030405"],
    [["20260103-000000-1000000", "99999999-999999-9007199254740993"], "20260102-030405"],
    // No times.
    [["99999999-999999", "20261301-000000", "20260230-000000-5", "20260103-240000"], "20260102-030405"],
  ];
  for (const [known, id] of cases) {
    assert.is(newRunId(now, known), id, known.join(" "));
    assert.ok(isRunId(id) && known.filter(isRunId).every((other) => compareRunIds(other, id) < 0));
  }
});

test("where the newest has the last number, no folder is made that would not be the newest", () => {
  const outputs = freshOutputs();
  mkdirSync(join(outputs, "linear", "20990101-000000-999999"), { recursive: true });
  assert.throws(
    () => createRunFolder(outputs, "linear", at("2026-01-01T00:00:00"), 1),
    /: the newest run there has the last number that there is\. Nothing was trained\.$/,
  );
  assert.is(readdirSync(join(outputs, "linear")).length, 1);
});

test("their order is total: names that are no ids come before all of them", () => {
  const sorted = ["run 2", "run 10", "zzz", "20251231-000000", "20260101-000000", "20260101-000000-2", "20260101-000000-10"]; // biome-ignore format: one line
  assert.equal([...sorted].reverse().sort(compareRunIds), sorted);
});

/** A run that can be resumed, has a checkpoint, and is shown. */
function begun(outputs: string, model: string, now: Date): RunFolder {
  const run = createRunFolder(outputs, model, now, 10);
  for (const name of ["state.safetensors", "model.safetensors"]) writeFileSync(join(run.path, name), "");
  writeFileSync(join(run.path, "run.json"), '{"status":"interrupted"}');
  return run;
}

test("a new run is the latest for every command, though the clock was set back a day, or another network's is newer", () => {
  const outputs = freshOutputs();
  const times = ["2026-01-02T10:00:00", "2026-01-01T10:00:00", "2026-01-01T10:00:00", "2020-01-01T00:00:00", "2026-01-03T00:00:00"]; // biome-ignore format: one line
  for (const [i, time] of times.entries()) {
    const { id, path } = begun(outputs, MODEL_NAMES[i % 2], at(time));
    const latest = [
      listRuns(outputs)[0].path,
      runNamed(listRuns(outputs), "latest", outputs).path,
      dirname(checkpointOfRun(outputs, MODEL_NAMES, "latest").path),
      findResumable(outputs, undefined, "latest").path,
      findResumable(outputs, MODEL_NAMES[i % 2], "latest").path,
    ];
    assert.equal(new Set(latest), new Set([path]), `run ${i + 1}, ${id}`);
  }
  assert.equal(
    listRuns(outputs).map(({ id }) => id),
    ["20260103-000000", "20260102-100000-4", "20260102-100000-3", "20260102-100000-2", "20260102-100000"],
  );
});

test("a folder of another name is never newer than a run", () => {
  const outputs = freshOutputs();
  mkdirSync(join(outputs, "linear", "zzz"), { recursive: true });
  writeFileSync(join(outputs, "linear", "zzz", "model.safetensors"), "");
  const { id } = begun(outputs, "linear", at("2026-01-01T00:00:00"));
  assert.equal(listRuns(outputs).map((run) => run.id), [id, "zzz"]); // biome-ignore format: one line
  assert.is(dirname(checkpointOfRun(outputs, MODEL_NAMES, "latest").path), join(outputs, "linear", id));
});

test("300 runs within a second each get a folder", () => {
  const outputs = freshOutputs();
  const begun = performance.now();
  for (let i = 0; i < 300; i++) createRunFolder(outputs, "linear", at("2026-01-01T00:00:00"), 1);
  assert.is(readdirSync(join(outputs, "linear")).length, 300);
  assert.ok(performance.now() - begun < 30_000);
});

test("the last line of a registry is current, whatever its date", () => {
  const outputs = freshOutputs();
  mkdirSync(join(outputs, "linear"));
  const digest = "ab".repeat(32);
  const lines = ["2026-01-02T00:00:00.000Z", "2026-01-01T00:00:00.000Z"].map((date, i) =>
    JSON.stringify({
      ...{ version: i + 1, kind: "promote", run: "r", weights_sha256: digest, file_sha256: digest },
      ...{ metrics: {}, lineage: { previous: i || null }, date },
    }),
  );
  writeFileSync(join(outputs, "linear", "versions.jsonl"), `${lines.join("\n")}\n`);
  assert.is(readRegistry(outputs, "linear").current?.version, 2);
});

test.run();
