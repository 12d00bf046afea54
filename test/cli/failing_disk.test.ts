// What the program writes, on a disk that fails at the n-th operation, for every n: nothing is lost that was there, and
// once the disk is well again the program goes on.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadVersion } from "../../cli/checkpoints/checkpoints.ts";
import { AppendFile } from "../../cli/files/append_file.ts";
import { thisProcess } from "../../cli/files/run_alive.ts";
import { readRegistry } from "../../cli/registry/registry.ts";
import { listRuns } from "../../cli/runs/list_runs.ts";
import { readRunFile } from "../../cli/runs/run_file.ts";
import { resumeRun } from "../../cli/train/resume_run.ts";
import { RunLog } from "../../cli/train/run_log.ts";
import { readRunState } from "../../cli/train/run_state.ts";
import type { Circumstances } from "../../cli/train/train_job.ts";
import { trainModels } from "../../cli/train/train_models.ts";
import { decodeSafetensors } from "../../lib/formats/safetensors.ts";
import { atEveryOperation, onFailingDisk } from "../support/failing_disk.ts";
import { readEvents } from "../support/read_events.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { GONE_PID, IDS, outputsWithRuns, promote, rollback, silently } from "../support/versions.ts";

const test = suite("a failing disk");

const folder = temporaryFolder();
const place = join(folder, "place");

/** The folder in which things fail, made anew of a copy. */
function fresh(from?: string): void {
  rmSync(place, { recursive: true, force: true });
  if (from) cpSync(from, place, { recursive: true });
  else mkdirSync(place);
}

/** As if the process that left it had ended. */
function orphanLocks(parent: string): void {
  for (const name of readdirSync(parent, { recursive: true, encoding: "utf8" })) {
    if (!/\.lock(\.stale)?$/.test(name)) continue;
    writeFileSync(join(parent, name), JSON.stringify({ ...thisProcess(), pid: GONE_PID }));
  }
}

test("a file that is appended to holds whole entries, all that were there and perhaps the one that failed", async () => {
  const entry = (i: number): Uint8Array => new TextEncoder().encode(`{"entry": ${i}}\n`);
  const endOfLines = (content: Uint8Array): number => content.lastIndexOf(0x0a) + 1;
  const old = Buffer.concat([entry(0), entry(1)]);
  const path = join(place, "a.jsonl");
  const operations = await atEveryOperation(async ({ failAt, how }) => {
    fresh();
    writeFileSync(path, old);
    const { calls, error, leftOpen } = await onFailingDisk(place, { failAt, how }, () => {
      const file = new AppendFile(path, old.length, endOfLines);
      try {
        file.append(entry(2));
        file.flush();
      } finally {
        file.close();
      }
    });
    const name = `${how} at ${failAt}, ${calls[failAt]}`;
    assert.is(leftOpen, 0, name);
    const text = readFileSync(path, "utf8");
    const now = Buffer.concat([old, entry(2)]).toString();
    if (!error) assert.is(text, now, name);
    else assert.match(error.message, /^cannot write .*a\.jsonl: .*\.$/, name);
    // A disk that is broken for good does not even let the file be shortened.
    assert.ok(
      text === old.toString() || text === now || (how === "broken" && now.startsWith(text)),
      `${name}: ${text}`,
    );
    const again = new AppendFile(path, old.length, endOfLines);
    again.append(entry(3));
    again.close();
    assert.is(readFileSync(path, "utf8"), Buffer.concat([old, entry(3)]).toString(), name);
    return calls;
  });
  assert.ok(operations >= 5 * 5, String(operations));
});

test("an entry of which a full disk took half is taken back, and the next one is whole", async () => {
  fresh();
  const path = join(place, "a.jsonl");
  const entry = (text: string): Uint8Array => new TextEncoder().encode(`${text}\n`);
  let file: AppendFile | undefined;
  // Open, measure, shorten, the first entry; the second fails.
  const { calls, error } = await onFailingDisk(place, { failAt: 4, how: "full" }, () => {
    file = new AppendFile(path, 0, () => 0);
    file.append(entry("first"));
    file.append(entry("second"));
  });
  assert.equal(calls.slice(3), ["writeSync", "writeSync", "writeSync", "ftruncateSync"]);
  assert.match(error?.message ?? "", /no space is left on the disk/);
  file?.append(entry("third"));
  file?.close();
  assert.is(readFileSync(path, "utf8"), "first\nthird\n");
});

test("metrics.jsonl and the event file keep what counts, and the log goes on from there", async () => {
  const started = "2026-01-01T00:00:00.000Z";
  const step = (i: number) => ({ epoch: 1, step: i, stepsPerEpoch: 4, loss: 1 / i, learningRate: 0.1 });
  const report = (log: RunLog, i: number): void => log.step(step(i) as Parameters<RunLog["step"]>[0]);
  const template = join(folder, "log");
  mkdirSync(template);
  const first = new RunLog(template, started, null);
  for (const i of [1, 2]) report(first, i);
  first.flush();
  const kept = first.sizes;
  first.close();
  const [metrics, events] = [
    "metrics.jsonl",
    readdirSync(template).find((name) => name.startsWith("events")) as string,
  ];
  const before = [metrics, events].map((name) => readFileSync(join(template, name)));
  const operations = await atEveryOperation(async (faults) => {
    fresh(template);
    const { calls, leftOpen } = await onFailingDisk(place, faults, () => {
      const log = new RunLog(place, started, kept);
      try {
        report(log, 3);
        log.flush();
      } finally {
        log.close();
      }
    });
    const name = `${faults.how} at ${faults.failAt}, ${calls[faults.failAt]}`;
    assert.is(leftOpen, 0, name);
    for (const [i, file] of [metrics, events].entries()) {
      const now = readFileSync(join(place, file));
      assert.is(Buffer.compare(now.subarray(0, before[i].length), before[i]), 0, `${name}: ${file}`);
    }
    const again = new RunLog(place, started, kept);
    for (const i of [3, 4]) report(again, i);
    again.close();
    assert.equal(again.steps(4).map((point) => point.step), [1, 2, 3, 4], name); // biome-ignore format: one line
    assert.is(readEvents(new Uint8Array(readFileSync(join(place, events)))).length, 1 + 4, name);
    return calls;
  });
  assert.ok(operations >= 5 * 10, String(operations));
});

/** Versions 1 and 2, of which 1 is current. */
async function withVersions(): Promise<string> {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  await promote(outputs, IDS[1]);
  await rollback(outputs);
  return outputs;
}

for (const [what, change, version] of [
  ["promote", (outputs: string) => promote(outputs, IDS[2]), 3],
  ["rollback --to 2", (outputs: string) => rollback(outputs, 2), 2],
] as const) {
  test(`mnist ${what} changes the registry or leaves it, says which, and all versions load`, async () => {
    const template = await withVersions();
    const { events: before } = readRegistry(template, "linear");
    const lines = readFileSync(join(template, "linear", "versions.jsonl"), "utf8");
    const operations = await atEveryOperation(async ({ failAt, how }) => {
      fresh(template);
      const { calls, error, leftOpen } = await onFailingDisk(place, { failAt, how }, () => change(place));
      const name = `${how} at ${failAt}, ${calls[failAt]}: ${error?.message}`;
      assert.is(leftOpen, 0, name);
      assert.ok(readFileSync(join(place, "linear", "versions.jsonl"), "utf8").startsWith(lines), name);
      const { events, current } = readRegistry(place, "linear");
      assert.equal(events.slice(0, before.length), before, name);
      const isChanged = events.length > before.length;
      assert.is(current?.version, isChanged ? version : 1, name);
      if (!error) assert.ok(isChanged, name);
      else {
        assert.not.match(error.message, /\n/);
        // Only a line that could neither be confirmed nor taken back stands although the command failed.
        if (isChanged) assert.match(error.message, how === "broken" ? /versions says what is current/ : /never/, name);
      }
      for (const known of new Set(events.map((event) => event.version))) loadVersion(place, "linear", String(known));
      orphanLocks(place);
      if (!isChanged) await change(place);
      assert.is(readRegistry(place, "linear").current?.version, version, name);
      await promote(place, IDS[2]);
      assert.is(readRegistry(place, "linear").tail, null, name);
      loadVersion(place, "linear", "current");
      return calls;
    });
    assert.ok(operations >= 5 * 10, String(operations));
  });
}

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
