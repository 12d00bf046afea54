// `trained_on` is one text, wherever the program says it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("trained_on");

const folder = temporaryFolder();

async function json(...args: string[]): Promise<Record<string, unknown>[]> {
  const { code, stdout, stderr } = await runCli(folder, [...args, "--json"]);
  assert.is(code, 0, stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("it is the same in events, run.json, runs, evaluate, export, promote and versions", async () => {
  const synthetic = ["--data", "synthetic", "--limit", "40"];
  const events = await json("train", "--model", "linear", ...synthetic, "--epochs", "1");
  const [start, done] = [events[0], events.at(-1) ?? {}];
  const run = JSON.parse(readFileSync(join(folder, String(start.run), "run.json"), "utf8"));
  const [listed] = await json("runs");
  const latest = ["--model", "linear", "--run", "latest"];
  const [evaluated] = await json("evaluate", ...latest, ...synthetic);
  const [exported] = await json("export", ...latest, "--format", "onnx");
  const [promoted] = await json("promote", "latest");
  const [version] = await json("versions");
  const lineage = (record: Record<string, unknown>) => record.lineage as { trained_on?: string };
  const all = [
    ...[start.trained_on, done.trained_on, run.dataset.trained_on, listed.trained_on],
    ...[evaluated.trained_on, exported.trained_on, lineage(promoted).trained_on, lineage(version).trained_on],
  ];
  assert.equal(new Set(all), new Set(["synthetic digits, not MNIST"]), JSON.stringify(all));
  assert.equal([version.is_current, version.file_state], [true, "ok"]);
});

test.run();
