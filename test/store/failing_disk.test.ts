// What the program writes, on a disk that fails at the n-th operation, for every n: nothing is lost that was there, and
// once the disk works again the program continues.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadModel } from "../../store/checkpoints/load_model.ts";
import { AppendFile } from "../../store/files/append_file.ts";
import { RunLog } from "../../store/runs/run_log.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { atEveryOperation, makeAfresh, onFailingDisk, orphanLocks } from "../support/failing_disk.ts";
import { readEvents } from "../support/read_events.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { IDS, outputsWithRuns, promote, rollback } from "../support/versions.ts";

const test = suite("a failing disk");

const folder = temporaryFolder();
const place = join(folder, "place");

const fresh = (from?: string): void => makeAfresh(place, from);

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
    else assert.match(error.message, /^AppendFile: cannot write .*a\.jsonl: .*\.$/, name);
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
  assert.ok(operations >= 15, String(operations));
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

test("metrics.jsonl and the event file keep what counts, and the log continues from there", async () => {
  const started = "2026-01-01T00:00:00.000Z";
  const step = (i: number) => ({ epoch: 1, step: i, stepsPerEpoch: 4, loss: 1 / i, learningRate: 0.1 });
  const report = (log: RunLog, i: number): void => log.step(step(i) as Parameters<RunLog["step"]>[0]);
  const length = { epochs: 1, stepsPerEpoch: 4 };
  const template = join(folder, "log");
  mkdirSync(template);
  const first = new RunLog(template, started, length, null);
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
      const log = new RunLog(place, started, length, kept);
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
    const again = new RunLog(place, started, length, kept);
    for (const i of [3, 4]) report(again, i);
    again.close();
    assert.equal(again.steps.map((point) => point.step), [1, 2, 3, 4], name); // biome-ignore format: one line
    assert.is(readEvents(new Uint8Array(readFileSync(join(place, events)))).length, 1 + 4, name);
    return calls;
  });
  assert.ok(operations >= 30, String(operations));
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
    const { records: before } = readRegistry(template, "linear");
    const lines = readFileSync(join(template, "linear", "versions.jsonl"), "utf8");
    const operations = await atEveryOperation(async ({ failAt, how }) => {
      fresh(template);
      const { calls, error, leftOpen } = await onFailingDisk(
        place,
        { failAt, how },
        async () => void (await change(place)),
      );
      const name = `${how} at ${failAt}, ${calls[failAt]}: ${error?.message}`;
      assert.is(leftOpen, 0, name);
      assert.ok(readFileSync(join(place, "linear", "versions.jsonl"), "utf8").startsWith(lines), name);
      const { records, current } = readRegistry(place, "linear");
      assert.equal(records.slice(0, before.length), before, name);
      const isChanged = records.length > before.length;
      assert.is(current?.version, isChanged ? version : 1, name);
      if (!error) assert.ok(isChanged, name);
      else {
        assert.not.match(error.message, /\n/);
        // Only a line that could neither be confirmed nor taken back stands although the command failed.
        if (isChanged)
          assert.match(error.message, how === "broken" ? /check which version is current/i : /never/, name);
      }
      for (const known of new Set(records.map((event) => event.version)))
        loadModel(place, { kind: "version", version: known }, "linear");
      orphanLocks(place);
      if (!isChanged) await change(place);
      assert.is(readRegistry(place, "linear").current?.version, version, name);
      await promote(place, IDS[2]);
      assert.is(readRegistry(place, "linear").tail, null, name);
      loadModel(place, { kind: "version", version: "current" }, "linear");
      return calls;
    });
    assert.ok(operations >= 60, String(operations));
  });
}

test.run();
