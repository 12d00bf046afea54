import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { modelAskedFor as loadModel } from "../../cli/inputs/asked_model.ts";
import { thisHost } from "../../lib/base/run_process.node.ts";
import { RuntimeError } from "../../lib/index.ts";
import { readRegistry, withRegistryLock } from "../../store/versions/registry.ts";
import { digitPng } from "../support/digit_png.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { currentVersion, GONE_PID, IDS, outputsWithRuns, promote } from "../support/versions.ts";

const test = suite("the registry of versions");

const folder = temporaryFolder();
writeFileSync(join(folder, "0.png"), digitPng(0));
const registryFile = (outputs: string): string => join(outputs, "linear", "versions.jsonl");

test("a version's file that was changed or removed is refused with 3, and shown as such", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  await promote(outputs, IDS[1]);
  const file = join(outputs, "linear", "versions", "1.safetensors");
  const bytes = readFileSync(file);
  bytes[bytes.length - 100] ^= 1;
  writeFileSync(file, bytes);
  const infer = ["infer", "0.png", "--model", "linear", "--runs", outputs, "--version", "1"];
  await expectFailure(
    folder,
    infer,
    3,
    /version 1 of linear: .*1\.safetensors is not what was promoted; its SHA-256 is /,
  );
  await expectFailure(folder, ["rollback", "--runs", outputs], 3, /is not what was promoted/);
  assert.is(currentVersion(outputs), 2);
  rmSync(join(outputs, "linear", "versions", "2.safetensors"));
  const { stdout } = await runCli(folder, ["versions", "--runs", outputs]);
  assert.match(stdout, /^linear +1 +promote +20260101-000001 .* changed$/m);
  assert.match(stdout, /^linear +2 +promote +20260101-000002 .* missing +current$/m);
});

test("the end of a line that a crash cut short is ignored, and cut off by the next promote, with a notice", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const line = readFileSync(registryFile(outputs), "utf8");
  for (const length of [1, 40, line.length - 3]) {
    writeFileSync(registryFile(outputs), line + line.slice(0, length));
    assert.is(currentVersion(outputs), 1);
    const listed = await runCli(folder, ["versions", "--runs", outputs]);
    assert.match(listed.stderr, /^note: .*versions\.jsonl ends in a part of a line, left by a crash/);
    assert.is(listed.stdout.trim().split("\n").length, 2);
  }
  const { code, stderr } = await runCli(folder, ["promote", IDS[1], "--runs", outputs]);
  assert.is(code, 0);
  assert.match(stderr, /^note: the registry of linear ended in a part of a line, left by a crash; it was cut off\.\n$/);
  const { records, tail } = readRegistry(outputs, "linear");
  assert.equal([records.map(({ version }) => version), tail], [[1, 2], null]);
  assert.ok(readFileSync(registryFile(outputs), "utf8").startsWith(line));
});

test("a last line that lacks only its end counts, and gets it", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const line = readFileSync(registryFile(outputs), "utf8");
  writeFileSync(registryFile(outputs), line.trimEnd());
  assert.is(currentVersion(outputs), 1);
  await promote(outputs, IDS[1]);
  assert.ok(readFileSync(registryFile(outputs), "utf8").startsWith(line));
  assert.is(currentVersion(outputs), 2);
});

test("damage further up is refused with the line's number, and costs mnist runs only its marks", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const line = readFileSync(registryFile(outputs), "utf8");
  const damages: [string, RegExp][] = [
    [`{"version"\n${line}`, /versions\.jsonl: line 1 is not JSON/],
    [`${line}{}\n`, /line 2 has no version number/],
    [`${line}${line}`, /line 2 promotes version 1 a second time/],
    [line.replace("promote", "retire"), /line 1 is of a kind this version of simdgrad does not know: "retire"/],
    [line.replace("promote", "rollback"), /line 1 goes back to version 1, which no line before it promotes/],
    [line.replace(/"file_sha256":"../, '"file_sha256":"'), /line 1 lacks a SHA-256/],
  ];
  for (const [text, message] of damages) {
    writeFileSync(registryFile(outputs), text);
    assert.throws(() => readRegistry(outputs, "linear"), message);
  }
  await expectFailure(folder, ["versions", "--runs", outputs], 3, /lacks a SHA-256/);
  await expectFailure(
    folder,
    ["promote", IDS[1], "--runs", outputs],
    3,
    /line 1 lacks a SHA-256\. Put the file back .* the checkpoints are in \S+\n$/,
  );
  const { code, stdout, stderr } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.is(code, 0);
  assert.match(stderr, /^note: .*versions\.jsonl: line 1 lacks/);
  assert.is(stdout.trim().split("\n").length, 4);
});

test("promotes at the same time lose nothing: each gets a different number", async () => {
  const ids = Array.from({ length: 6 }, (_, i) => `20260101-00000${i}`);
  const outputs = outputsWithRuns(folder, ids);
  const results = await Promise.all(ids.map((id) => runCli(folder, ["promote", id, "--runs", outputs])));
  assert.equal(results.map(({ code }) => code), [0, 0, 0, 0, 0, 0]); // biome-ignore format: one line
  const { records } = readRegistry(outputs, "linear");
  assert.equal(records.map(({ version }) => version), [1, 2, 3, 4, 5, 6]); // biome-ignore format: one line
  assert.equal(records.map(({ lineage }) => lineage.previous), [null, 1, 2, 3, 4, 5]); // biome-ignore format: one line
  assert.equal(records.map(({ run }) => run).sort(), ids); // biome-ignore format: one line
  for (const { version } of records) loadModel({ model: "linear", version: String(version), runs: outputs });
});

test("a lock that a killed process left is taken away; a living one's is waited for, then named", async () => {
  const outputs = mkdtempSync(join(folder, "o-"));
  const lock = join(outputs, "versions.lock");
  writeFileSync(lock, JSON.stringify({ pid: GONE_PID, host: thisHost() }));
  assert.is(await withRegistryLock(outputs, () => 7), 7);
  assert.is(existsSync(lock), false);
  writeFileSync(lock, JSON.stringify({ pid: process.pid, host: thisHost() }));
  const error: unknown = await withRegistryLock(outputs, () => 0, 100).catch((caught) => caught);
  assert.ok(error instanceof RuntimeError);
  const holder = { pid: process.pid, host: thisHost(), ticks: null };
  assert.equal([error.op, error.details], ["withLock", { path: lock, holder }]);
  assert.match(
    error.problem,
    new RegExp(
      `^The versions are being changed by process ${process.pid}; nothing was done\\. If it is gone, remove .*versions\\.lock`,
    ),
  );
  assert.ok(existsSync(lock));
});

test("a lock that cannot be written is not left behind, to be waited for", async () => {
  const outputs = mkdtempSync(join(folder, "o-"));
  const script = join(outputs, "lock.mts");
  const module = new URL("../../store/versions/registry.ts", import.meta.url).href;
  // XFSZ is what a process gets that writes more than it may; ignored, the write fails.
  writeFileSync(
    script,
    `import { withRegistryLock } from ${JSON.stringify(module)};
    process.on("SIGXFSZ", () => {});
    await withRegistryLock(${JSON.stringify(outputs)}, () => 0).catch((error) => console.log(error.name, error.details.code, error.problem));`,
  );
  const node = `"${process.execPath}" --import "${import.meta.resolve("tsx")}" "${script}"`;
  const child = spawn("sh", ["-c", `ulimit -f 0; exec ${node}`], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  await new Promise((resolve) => child.on("close", resolve));
  assert.match(
    said,
    /^RuntimeError EFBIG cannot write .*versions\.lock: the limit of a file's size is reached \(EFBIG\)\.\n$/,
  );
  assert.is(existsSync(join(outputs, "versions.lock")), false);
});

test("a lock of another machine, or an empty one, is taken away when it is a minute old", async () => {
  const outputs = mkdtempSync(join(folder, "o-"));
  const lock = join(outputs, "versions.lock");
  for (const content of [JSON.stringify({ pid: 1, host: "elsewhere" }), ""]) {
    writeFileSync(lock, content);
    await withRegistryLock(outputs, () => assert.unreachable("it is young"), 50).catch((error: Error) =>
      assert.match(error.message, /being changed by /),
    );
    const old = Date.now() / 1000 - 61;
    utimesSync(lock, old, old);
    assert.is(await withRegistryLock(outputs, () => 1), 1);
  }
});

test("a process killed in the middle of a promote leaves a registry that the next one continues", async () => {
  const outputs = outputsWithRuns(folder);
  mkdirSync(join(outputs, "linear", "versions"));
  // What it had done: the lock, a checkpoint without its line, half a line.
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.on("close", resolve));
  writeFileSync(join(outputs, "linear", "versions.lock"), JSON.stringify({ pid: child.pid, host: thisHost() }));
  writeFileSync(join(outputs, "linear", "versions", "1.safetensors"), "half a file");
  appendFileSync(registryFile(outputs), '{"version":1,"kind":"pro');
  await promote(outputs, IDS[0]);
  assert.is(currentVersion(outputs), 1);
  assert.is(loadModel({ model: "linear", version: "1", runs: outputs }).version, 1);
});

test("a registry that is no file ends with 3", async () => {
  const outputs = outputsWithRuns(folder);
  mkdirSync(registryFile(outputs));
  await expectFailure(folder, ["promote", IDS[0], "--runs", outputs], 3, /versions\.jsonl cannot be read \(EISDIR\)/);
});

test.run();
