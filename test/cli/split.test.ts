import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runCli, temporaryFolder } from "../support/run_cli.ts";
import { lastRun } from "../support/train_runs.ts";

const test = suite("mnist train --split contiguous");

const folder = temporaryFolder();

test("validates on images in a row, also when it is stopped and resumed", async () => {
  const data = ["--data", "sample", "--out", "runs", "--quiet"];
  const flags = [
    "--model",
    "linear",
    "--limit",
    "600",
    "--epochs",
    "30",
    "--split",
    "contiguous",
    "--validation",
    "700",
  ];
  const first = await runCli(folder, ["train", ...data, ...flags, "--max-seconds", "0.02"]);
  assert.is(first.code, 0, first.stderr);
  const resumed = await runCli(folder, ["train", "--resume", "latest", ...data, "--max-seconds", "1000"]);
  assert.is(resumed.code, 0, resumed.stderr);
  const { status, dataset, recipe } = JSON.parse(readFileSync(join(lastRun(join(folder, "runs")), "run.json"), "utf8"));
  assert.equal([status, recipe.split], ["done", "contiguous"]);
  assert.match(dataset.validation.name, /^MNIST train, the first 10000, the 700 from \d+ on, the first 600$/);
  assert.match(dataset.train.name, /^MNIST train, the first 10000 without the 700 from \d+ on, the first 600$/);
});

test.run();
