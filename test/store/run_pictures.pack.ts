import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodePng } from "../../data/index.node.ts";
import { syntheticDigits } from "../../data/index.ts";
import { evaluationOf, Module, predict, type Tensor, tensor } from "../../lib/index.ts";
import { contactSheet, findMistakes } from "../../lib/plot/index.ts";
import { linear } from "../../models/index.ts";
import { RunPictures } from "../../store/runs/run_pictures.ts";
import type { RunSpec } from "../../store/runs/run_spec.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";
import { eventsOf, FINISHED_FILES, filesOf, lastRun } from "../support/train_runs.ts";

const test = suite("a run's pictures");

const folder = temporaryFolder();
const CNN = ["train", "--data", "synthetic", "--limit", "200", "--epochs", "2", "--batch-size", "16", "--seed", "3"];

test("where one cannot be written there is one note, the run is done, and its end names the others", async () => {
  const first = await runCli(folder, [...CNN, "--out", "blocked", "--quiet", "--max-seconds", "0.3"]);
  assert.is(first.code, 0, first.stderr);
  const run = lastRun(join(folder, "blocked"));
  rmSync(join(run, "curves.svg"));
  mkdirSync(join(run, "curves.svg"));
  const { code, stderr } = await runCli(folder, ["train", "--resume", "latest", "--out", "blocked", "--max-seconds", "1000"]); // biome-ignore format: one line
  assert.is(code, 0, stderr);
  assert.equal(stderr.match(/^note: this run is kept without .*$/gm)?.length, 1, stderr);
  assert.match(stderr, /^note: this run is kept without curves\.svg: .*curves\.svg cannot be written: .*$/m);
  assert.match(stderr, /^Pictures: confusion\.svg, reliability\.svg and mistakes\.png in /m);
  assert.is(JSON.parse(readFileSync(join(run, "run.json"), "utf8")).status, "done");
  assert.equal(filesOf(run), FINISHED_FILES);
  assert.ok(statSync(join(run, "curves.svg")).isDirectory());
});

test("nor does it keep --model both from training the second", async () => {
  const hook = join(folder, "no_confusion.mjs");
  const lines = [
    'import fs from "node:fs";',
    'import { syncBuiltinESMExports } from "node:module";',
    "const rename = fs.renameSync;",
    "fs.renameSync = (from, to) => {",
    '  if (to.endsWith("confusion.svg")) throw Object.assign(new Error("made to fail"), { code: "EIO" });',
    "  rename(from, to);",
    "};",
    "syncBuiltinESMExports();",
  ];
  writeFileSync(hook, lines.join("\n"));
  const args = [
    "train",
    "--model",
    "both",
    "--data",
    "synthetic",
    "--limit",
    "32",
    "--epochs",
    "1",
    "--json",
    "--quiet",
  ];
  const env = { NODE_OPTIONS: `--import ${pathToFileURL(hook).href}` };
  const outcome = await runCli(folder, [...args, "--out", "both"], { env });
  assert.is(outcome.code, 0, outcome.stderr);
  assert.is(outcome.stderr.match(/^note: this run is kept without confusion\.svg: /gm)?.length, 2, outcome.stderr);
  const done = eventsOf(outcome).filter(({ event }) => event === "done");
  assert.equal(
    done.map(({ checkpoint }) => checkpoint.split("/")[1]),
    ["linear", "cnn"],
  );
});

/** Reads each picture as the class that its label says. */
class Knowing extends Module {
  private at = 0;
  constructor(private readonly labels: Uint8Array) {
    super();
  }
  forward(x: Tensor): Tensor<"f32"> {
    const rows = new Float32Array(x.shape[0] * 10);
    for (let i = 0; i < x.shape[0]; i++) rows[i * 10 + this.labels[this.at++]] = 9;
    return tensor(rows, [x.shape[0], 10]);
  }
}

const spec = { model: "linear", seed: 0, recipe: { preset: "best", epochs: 1 } } as RunSpec;
const missing = (name: string, reason: string): void => assert.unreachable(`${name}: ${reason}`);

test("mistakes.png shows what findMistakes finds, from the one pass of the evaluation; and goes where there are none", async () => {
  const path = join(folder, "reading");
  mkdirSync(path);
  const digits = syntheticDigits({ count: 150, seed: 2 });
  const run = { id: "20260101-000000", path, checkpoint: "" };
  const network = linear({ seed: 5 });
  const logits = predict(network, digits);
  const guessing = new RunPictures(run, spec, missing);
  guessing.reading(digits, { evaluation: evaluationOf(logits, digits.labels), logits });
  assert.equal(guessing.written, ["confusion.svg", "reliability.svg", "mistakes.png"]);
  const worst = await findMistakes(network, digits, { count: 24 });
  const classes = [..."0123456789"];
  const expected = encodePng(contactSheet(digits.images, worst, { classes }));
  assert.is(Buffer.compare(readFileSync(join(path, "mistakes.png")), expected), 0);

  const knowing = predict(new Knowing(digits.labels.data), digits);
  const faultless = new RunPictures(run, spec, missing);
  faultless.reading(digits, { evaluation: evaluationOf(knowing, digits.labels), logits: knowing });
  assert.equal(faultless.written, ["confusion.svg", "reliability.svg"]);
  assert.is(existsSync(join(path, "mistakes.png")), false);
});

test.run();
