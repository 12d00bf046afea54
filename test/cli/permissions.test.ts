// The program under Node's permission model, which denies workers, folders and always fsync.

import { readFileSync, realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundled, runNode, withLibrary } from "../support/bundled_program.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("under Node's permission model");

const SWITCH = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";
const folder = realpathSync(temporaryFolder());

const run = (permissions: readonly string[], args: readonly string[]) =>
  runNode(folder, [SWITCH, "--no-warnings", "--allow-fs-read=*", ...permissions, ...args]);
const mnist = (permissions: readonly string[], ...args: string[]) => run(permissions, [bundled("cli.js"), ...args]);
const program = (permissions: readonly string[], code: string) => run(permissions, withLibrary(code));

const WRITE = `--allow-fs-write=${folder}/`;
const TRAIN = ["train", "--data", "synthetic", "--limit", "320", "--epochs", "1"];

test("setThreads continues with one thread and says why; with the permission it takes two", () => {
  const code = `
    console.log(await library.setThreads(3), library.runtimeInfo().singleThreadBecause);
    console.log([...library.relu(library.tensor([-1, 2])).data].join());
  `;
  const denied = "a worker did not start: Node's permission model denies it; start Node with --allow-worker";
  assert.equal(program([], code), { code: 0, stdout: `1 ${denied}\n0,2\n`, stderr: "" });
  assert.equal(program(["--allow-worker"], code), { code: 0, stdout: "3 null\n0,2\n", stderr: "" });
});

test("a file is written although it may not be flushed, and a folder that is denied is named with what grants it", () => {
  const code = `
    for (const path of ["a.bin", "/denied/a.bin"]) {
      try { node.writeFileAtomic(path, Uint8Array.of(1, 2)); console.log("written"); }
      catch (error) { console.log(error.message); }
    }
  `;
  const { stdout } = program([WRITE], code);
  assert.match(
    stdout,
    /^written\nwriteFileAtomic: \/denied\/a\.bin cannot be written: Node's permission model denies it; start Node with --allow-fs-write=FOLDER\. What was there is unchanged\. /,
  );
  assert.equal([...readFileSync(join(folder, "a.bin"))], [1, 2]);
});

test("train runs to its end on one thread, and says which permission threads need", () => {
  const { code, stderr } = mnist([WRITE], ...TRAIN, "--model", "cnn", "--threads", "2");
  assert.is(code, 0, stderr);
  assert.match(stderr, /one thread: a worker did not start: .*--allow-worker/);
});

test("so does a promotion, and what was trained is read", () => {
  assert.is(mnist([WRITE], ...TRAIN, "--model", "linear").code, 0);
  assert.is(mnist([WRITE], "promote", "latest", "--model", "linear").code, 0);
  const { code, stdout } = mnist([], "versions", "--model", "linear");
  assert.is(code, 0);
  assert.match(stdout, /current/);
});

test("train says which permission writing needs, in one line", () => {
  const { code, stderr } = mnist([], ...TRAIN);
  assert.is(code, 1);
  assert.match(
    stderr,
    /^error: cannot write to outputs\S*: Node's permission model denies it; start Node with --allow-fs-write=FOLDER\. .*\n$/m,
  );
});

test("doctor says what is denied and what grants it", () => {
  const { stdout } = mnist([], "doctor");
  assert.match(
    stdout,
    /^warn {2}permissions +limited by .* not flushed to the disk; for threads start Node with --allow-worker$/m,
  );
  assert.match(stdout, /^fail {2}writable +no: .*--allow-fs-write=FOLDER; choose another folder/m);
  if (availableParallelism() > 1)
    assert.match(stdout, /^warn {2}threads +no: a worker did not start: .*--allow-worker$/m);
  const all = mnist([WRITE, "--allow-worker"], "doctor").stdout;
  assert.match(
    all,
    /^warn {2}permissions +limited by Node's permission model: files are written but not flushed to the disk$/m,
  );
});

test.run();
