// A short run of npm run soak:kill, from the sources and at moments that are the same each time.

import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lookAt } from "../../bench/killed_files.ts";
import { killRuns } from "../../bench/killed_runs.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";
import { lastRun } from "../support/train_runs.ts";

const test = suite("killed at random moments");

const RECIPE = ["--model", "linear", "--data", "synthetic", "--limit", "320", "--batch-size", "16"];

test("kills leave whole files each, and the run ends with the weights of one that was never killed", async () => {
  let drawn = 0;
  const report = await killRuns({
    ...{ kills: 6, folder: temporaryFolder(), withinMs: 400 },
    program: ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("../../cli/main.ts", import.meta.url))],
    recipe: [...RECIPE, "--epochs", "12"],
    flags: ["--save-every", "0.02", "--threads", "1"],
    // The fractional parts of multiples of the golden ratio: spread evenly, the same each time.
    random: () => (++drawn * 0.618033988749895) % 1,
  });
  assert.equal(report.faults, []);
  assert.is(report.kills, 6);
  assert.is(report.withoutState + report.oldState + report.newState + report.afterEnd, 6);
  assert.ok(report.newState + report.afterEnd >= 2, `only ${report.newState} of 6 runs got far enough to save a state`);
  assert.ok(report.aimed >= 2, `only ${report.aimed} of 6 were aimed at a file`);
  assert.ok(report.finished >= 1);
});

const copies = temporaryFolder();
const seen = new Map<string, string>();

/** A run of three epochs, in its own folder. */
async function trained(...flags: string[]): Promise<string> {
  const outputs = temporaryFolder();
  const args = ["train", ...RECIPE, "--epochs", "3", "--threads", "1", "--quiet", "--out", outputs, ...flags];
  const { code, stderr } = await runCli(outputs, args);
  assert.is(code, 0, stderr);
  return outputs;
}

/** What is said of a copy of the run in which one file was changed. */
function faultOf(outputs: string, name: string, change: (path: string) => void): string {
  const copy = mkdtempSync(join(copies, "c-"));
  cpSync(outputs, copy, { recursive: true });
  const path = join(lastRun(copy), name);
  assert.ok(existsSync(path), path);
  change(path);
  try {
    lookAt(copy, new Map(seen));
    return "nothing";
  } catch (error) {
    return (error as Error).message;
  }
}

const shorten = (path: string): void => truncateSync(path, readFileSync(path).length - 2);
const cut = (path: string): void => truncateSync(path, 20);
const flip = (path: string): void => {
  const bytes = readFileSync(path);
  bytes[bytes.length - 5] ^= 1;
  writeFileSync(path, bytes);
};
const nameOfEvents = (outputs: string): string =>
  readdirSync(lastRun(outputs)).find((name) => name.startsWith("events")) ?? "none";

test("a file that is torn, lost, or of another run, is found", async () => {
  const outputs = await trained("--max-seconds", "0.001");
  const whole = lookAt(outputs, seen);
  assert.ok(whole.at !== null && whole.at >= 1e6 && whole.digest === null);
  assert.equal(whole.halves, []);
  assert.is(seen.size, 2, "a state and weights");

  const others = ["run.json", "metrics.jsonl", nameOfEvents(outputs), "curves.svg", "mistakes.png"];
  for (const name of ["model.safetensors", "state.safetensors", ...others]) {
    const fault = faultOf(outputs, name, name.endsWith(".safetensors") ? shorten : cut);
    assert.match(fault, `${name} of `, name);
  }
  for (const name of others.slice(0, 3)) {
    const fault = faultOf(outputs, name, (path) => rmSync(path));
    assert.match(fault, /^(run\.json|metrics\.jsonl|events\S+) of .* is not whole: ENOENT/, name);
  }
  assert.match(faultOf(outputs, "state.safetensors", flip), "state.safetensors of ");
  assert.match(faultOf(outputs, "model.safetensors", flip), "are not those");
  const brace = (path: string): void => writeFileSync(path, readFileSync(path, "utf8").replace("}", "]"));
  assert.match(faultOf(outputs, "metrics.jsonl", brace), "metrics.jsonl of ");

  const bytes = readFileSync(join(lastRun(outputs), "state.safetensors"));
  writeFileSync(join(lastRun(outputs), ".state.safetensors.1.2.tmp"), bytes.subarray(0, 1000));
  writeFileSync(join(lastRun(outputs), ".model.safetensors.1.3.tmp"), bytes);
  assert.equal(
    lookAt(outputs, seen).halves.map(({ of, isCut }) => ({ of, isCut })),
    [
      { of: "model", isCut: false },
      { of: "state", isCut: true },
    ],
  );
});

test("a run that is done has all its files, whole to their ends, and the weights that its run.json tells of", async () => {
  const outputs = await trained();
  const run = lastRun(outputs);
  const { weights_sha256 } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
  assert.equal(lookAt(outputs, seen), { at: null, digest: weights_sha256, halves: [] });

  for (const name of readdirSync(run)) {
    assert.is.not(
      faultOf(outputs, name, (path) => rmSync(path)),
      "nothing",
      `${name} is gone`,
    );
    assert.match(faultOf(outputs, name, shorten), `${name} of `, `${name} is torn`);
  }
  // Cut between two lines, and between two events.
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").split("\n");
  for (const left of [lines.slice(0, -2), lines.slice(0, 3)]) {
    const fault = faultOf(outputs, "metrics.jsonl", (path) => writeFileSync(path, `${left.join("\n")}\n`));
    assert.match(fault, /^metrics\.jsonl of .*: it has the lines of \d epochs, .*; the run had 3$/);
  }
  const events = nameOfEvents(outputs);
  const first = 16 + Number(readFileSync(join(run, events)).readBigUint64LE(0));
  assert.match(faultOf(outputs, events, (path) => truncateSync(path, first)), /it has 1 events; metrics\.jsonl has \d+ lines/); // biome-ignore format: one line
  // Weights that are whole, and not those that were tested.
  seen.clear();
  assert.match(faultOf(outputs, "model.safetensors", flip), `not ${weights_sha256} as in run.json`);
});

test.run();
