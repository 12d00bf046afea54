// Whoever reads what the program prints goes away, or the disk it is printed to is full.

import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundled } from "../support/bundled_program.ts";
import { temporaryFolder } from "../support/run_cli.ts";
import { lastRun } from "../support/train_runs.ts";

const test = suite("output that breaks");

const folder = temporaryFolder();
const MAIN = bundled("cli.js");
const TRAIN = ["train", "--model", "linear", "--data", "synthetic", "--limit", "64", "--epochs", "4"];

/** Reads the first bytes of the streams named, then closes them. */
async function runAndLeave(
  args: readonly string[],
  leave: readonly ("stdout" | "stderr")[],
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  for (const name of leave) child[name].once("data", () => child[name].destroy());
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr };
}

const statusOf = (out: string): string =>
  JSON.parse(readFileSync(join(lastRun(join(folder, out)), "run.json"), "utf8")).status;

test("a training whose stdout is closed after its first line runs to its end", async () => {
  const { code, stderr } = await runAndLeave([...TRAIN, "--json", "--quiet", "--out", "headed"], ["stdout"]);
  assert.is(code, 0, stderr);
  assert.is(statusOf("headed"), "done");
  assert.not.match(stderr, /error/);
});

test("nor does it end where stderr is closed as well", async () => {
  const { code } = await runAndLeave([...TRAIN, "--json", "--out", "deaf"], ["stdout", "stderr"]);
  assert.is(code, 0);
  assert.is(statusOf("deaf"), "done");
});

test("a disk too full for its output is said once; the run is kept, and the code is 1", async () => {
  if (!existsSync("/dev/full")) {
    console.log("SKIPPED, since there is no /dev/full here");
    return;
  }
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [MAIN, ...TRAIN, "--json", "--quiet", "--out", "full"], {
    cwd: folder,
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  assert.is(code, 1, stderr);
  assert.equal(stderr.match(/^error: .*$/gm), ["error: no space is left on the disk (ENOSPC)"]);
  assert.is(statusOf("full"), "done");
});

test.run();
