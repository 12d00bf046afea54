// npm run cold-start: how long the program takes from its start to 99 % of MNIST's test images: Node, the data read
// and checked, training, validation and test.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";

const WANTED = 0.99;
const RECIPE = ["--model", "cnn", "--preset", "fast"];
const USAGE = `npm run cold-start -- [options]: wall time from a cold process to 99 % of MNIST's test images

  --threads N  default: one a processor
  --seed N     from 1; default: the program's own, 0
  --runs N     how often; default 1
  --most-s N   the most seconds it may take; default 30`;

const options = readOptions("cold-start", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, {
    threads: text(String(availableParallelism())),
    seed: { type: "string" },
    runs: text("1"),
    "most-s": text("30"),
  });
  return {
    threads: wholeNumber("threads", values.threads),
    seed: values.seed === undefined ? 0 : wholeNumber("seed", values.seed),
    runs: wholeNumber("runs", values.runs),
    mostS: wholeNumber("most-s", values["most-s"]),
  };
});

for (let run = 0; run < options.runs; run++) measure();

function measure(): void {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-cold-start-"));
  const program = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const flags = ["--data", "mnist", "--threads", options.threads, "--seed", options.seed, "--out", folder].map(String);
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [program, "train", ...RECIPE, ...flags, "--json", "--quiet"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const seconds = (performance.now() - started) / 1000;
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`mnist train ended with ${status}`);
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: one line
  const [{ val_accuracy: validation }, { test_accuracy: test }] = events.slice(-2);
  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
  print(
    `${seconds.toFixed(1)} s to ${percent(test)} of the test images (validation ${percent(validation)}), ` +
      `${options.threads} thread(s), seed ${options.seed}: mnist train ${RECIPE.join(" ")}`,
  );
  if (test < WANTED) print(`cold-start: less than ${percent(WANTED)}.`);
  if (seconds > options.mostS) print(`cold-start: more than ${options.mostS} s.`);
  if (test < WANTED || seconds > options.mostS) process.exitCode = 1;
}
