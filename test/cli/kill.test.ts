// A short run of npm run soak:kill, from the sources and at moments that are the same each time.

import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
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

test("a file that is torn, or of another run, is found", async () => {
  const outputs = temporaryFolder();
  const cut = ["--epochs", "3", "--max-seconds", "0.001", "--threads", "1", "--quiet", "--out", outputs];
  const { code, stderr } = await runCli(outputs, ["train", ...RECIPE, ...cut]);
  assert.is(code, 0, stderr);
  const seen = new Map<string, string>();
  const whole = lookAt(outputs, seen);
  assert.ok(whole.at !== null && whole.at >= 1e6 && whole.digest === null);
  assert.equal(whole.halves, []);
  assert.is(seen.size, 2, "a state and weights");

  /** What is said of a copy of the run in which one file was changed. */
  const faultOf = (name: string, change: (path: string) => void): string => {
    const copy = temporaryFolder();
    cpSync(outputs, copy, { recursive: true });
    change(join(lastRun(copy), name));
    try {
      lookAt(copy, new Map(seen));
      return "nothing";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const shorten = (path: string): void => truncateSync(path, readFileSync(path).length - 1);
  const flip = (path: string): void => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 5] ^= 1;
    writeFileSync(path, bytes);
  };
  const [events] = readdirSync(lastRun(outputs)).filter((name) => name.startsWith("events"));
  const others = ["run.json", "metrics.jsonl", events, "curves.svg"];
  for (const name of ["model.safetensors", "state.safetensors", ...others]) {
    const change = name.endsWith(".safetensors") ? shorten : (path: string) => truncateSync(path, 20);
    assert.match(faultOf(name, change), `${name} of `, name);
  }
  assert.match(faultOf("state.safetensors", flip), "state.safetensors of ");
  assert.match(faultOf("model.safetensors", flip), "are not those");
  assert.match(faultOf("metrics.jsonl", (path) => writeFileSync(path, readFileSync(path, "utf8").replace("}", "]"))), "metrics.jsonl of "); // biome-ignore format: one line

  const [state] = readdirSync(lastRun(outputs)).filter((name) => name === "state.safetensors");
  const bytes = readFileSync(join(lastRun(outputs), state));
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

test.run();
