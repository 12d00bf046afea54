// A run, on a disk that fails at the n-th operation, for every n: nothing is lost that was there, and
// once the disk is well again the program goes on.

import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { thisProcess } from "../../cli/files/run_alive.ts";
import { listRuns } from "../../cli/runs/list_runs.ts";
import { readRunFile } from "../../cli/runs/run_file.ts";
import { resumeRun } from "../../cli/train/resume_run.ts";
import { readRunState } from "../../cli/train/run_state.ts";
import type { Circumstances } from "../../cli/train/train_job.ts";
import { trainModels } from "../../cli/train/train_models.ts";
import { decodeSafetensors } from "../../lib/formats/safetensors.ts";
import { atEveryOperation, makeAfresh, onFailingDisk, orphanLocks } from "../support/failing_disk.ts";
import { readEvents } from "../support/read_events.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { GONE_PID, silently } from "../support/versions.ts";

const test = suite("a run on a failing disk");

const folder = temporaryFolder();
const place = join(folder, "place");

const fresh = (from?: string): void => makeAfresh(place, from);

const circumstances: Circumstances = {
  ...{ threads: 1, maxSeconds: undefined, saveEvery: 1000, out: place, isJson: false, isQuiet: true },
};
const neverAborted = new AbortController().signal;

function begin(): Promise<void> {
  return silently(() =>
    trainModels(
      {
        ...circumstances,
        ...{ models: ["linear"], preset: "fast", given: { epochs: 2, batchSize: 16 }, patience: undefined },
        ...{ seed: 3, limit: 32, data: "synthetic" },
      },
      neverAborted,
    ),
  );
}

function goOn(): Promise<void> {
  const request = { ...circumstances, id: "latest", model: undefined, data: undefined };
  return silently(() => resumeRun(request, neverAborted));
}

/** By the last failure that leaves a state of the first epoch. */
async function stopAfterOneEpoch(): Promise<void> {
  fresh();
  const { calls } = await onFailingDisk(place, {}, () => begin());
  for (let failAt = calls.length - 1; failAt >= 0; failAt--) {
    fresh();
    await onFailingDisk(place, { failAt }, () => begin());
    const [run] = listRuns(place, ["linear"]);
    if (run?.epochs === 1 && existsSync(join(run.path, "state.safetensors"))) return;
  }
  throw new Error("no failure leaves a run of one epoch");
}

const bytesOf = (path: string): Buffer => readFileSync(path);

test("a run that goes on and ends keeps its state until it is done, and ends with the same weights whatever failed", async () => {
  await stopAfterOneEpoch();
  const template = join(folder, "stopped");
  cpSync(place, template, { recursive: true });
  const [{ id }] = listRuns(place, ["linear"]);
  const run = join(place, "linear", id);
  const recorded = readRunFile(run).content;
  await goOn();
  const finished = bytesOf(join(run, "model.safetensors"));
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length;

  const operations = await atEveryOperation(async ({ failAt, how }) => {
    fresh(template);
    const { calls, error, leftOpen } = await onFailingDisk(place, { failAt, how }, goOn);
    const name = `${how} at ${failAt}, ${calls[failAt]}: ${error?.message}`;
    assert.is(leftOpen, 0, name);
    const { content, problem } = readRunFile(run);
    assert.is(problem, null, name);
    assert.equal(
      [content.recipe, content.seed, content.started],
      [recorded.recipe, recorded.seed, recorded.started],
      name,
    );
    decodeSafetensors(bytesOf(join(run, "model.safetensors")), "model");
    const isDone = content.status === "done";
    if (!error) assert.ok(isDone, name);
    if (isDone) assert.is(error, null, name);
    else {
      readRunState(run);
      // As if the process had ended, so that nobody is at it any more.
      if (content.status === "running") writeRunner(run, content);
      orphanLocks(place);
      await goOn();
    }
    assert.is(readRunFile(run).content.status, "done", name);
    assert.is(Buffer.compare(bytesOf(join(run, "model.safetensors")), finished), 0, name);
    assert.is(readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n").length, lines, name);
    const events = readdirSync(run).filter((each) => each.startsWith("events"));
    assert.is(events.length, 1, name);
    readEvents(new Uint8Array(bytesOf(join(run, events[0]))));
    return calls;
  });
  assert.ok(operations >= 5 * 30, String(operations));
});

function writeRunner(run: string, content: object): void {
  const runner = { ...thisProcess(), pid: GONE_PID };
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...content, runner }));
}

test("a run that fails at its beginning leaves nothing, or a run that can be read; another's folder is never touched", async () => {
  fresh();
  await begin();
  const template = join(folder, "other");
  cpSync(place, template, { recursive: true });
  const [other] = listRuns(place, ["linear"]);
  const contents = (): string[] => readdirSync(other.path).sort().map((file) => bytesOf(join(other.path, file)).toString("base64")); // biome-ignore format: one line
  const before = contents();
  const operations = await atEveryOperation(async ({ failAt, how }) => {
    fresh(template);
    const { calls, error, leftOpen } = await onFailingDisk(place, { failAt, how }, () => begin());
    const name = `${how} at ${failAt}, ${calls[failAt]}: ${error?.message}`;
    assert.is(leftOpen, 0, name);
    assert.equal(contents(), before, name);
    const runs = listRuns(place, ["linear"]).filter(({ id }) => id !== other.id);
    if (!error) assert.equal(runs.map(({ status }) => status), ["done"], name); // biome-ignore format: one line
    // What is broken for good cannot be tidied up either.
    for (const each of how === "broken" ? [] : runs) {
      assert.is(each.problem, null, name);
      if (each.status === "done" || !existsSync(join(each.path, "state.safetensors"))) continue;
      if (each.status === "running") writeRunner(each.path, each.content);
      await goOn();
      assert.is(readRunFile(each.path).content.status, "done", name);
    }
    return calls;
  });
  assert.ok(operations >= 5 * 30, String(operations));
});

test.run();
