// npm run soak: trains the CNN for many steps, as users do it, in a separate process, and watches how much memory
// that process holds. It must stay below a limit, and must not grow.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { quantile } from "./figure.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";

const BATCH = 64;
/** Of the training set, whether MNIST's or synthetic. */
const ALL_IMAGES = 55_000;
const USAGE = `npm run soak -- [options]: memory of a long training run

  --steps N     how many training steps, at batch 64; default 10000
  --limit N     train on N images, for short epochs; default all
  --threads N   default 1
  --most-mib N  the most that the process may hold; default 300
  --flat-mib N  growth over the second half of the run that counts as none; default 10. In the first half V8 lets its
                young generation grow to what the program needs, from 9 to 26 MB, and keeps it; hundreds of steps do
                not get beyond that: give 40`;

interface Sample {
  seconds: number;
  mib: number;
}

const options = readOptions("soak", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, {
    steps: text("10000"),
    limit: text(String(ALL_IMAGES)),
    threads: text("1"),
    "most-mib": text("300"),
    "flat-mib": text("10"),
  });
  return {
    steps: wholeNumber("steps", values.steps),
    images: Math.min(ALL_IMAGES, wholeNumber("limit", values.limit)),
    threads: wholeNumber("threads", values.threads),
    mostMib: wholeNumber("most-mib", values["most-mib"]),
    flatMib: wholeNumber("flat-mib", values["flat-mib"]),
  };
});

const stepsPerEpoch = Math.ceil(options.images / BATCH);
const epochs = Math.ceil(options.steps / stepsPerEpoch);
const samples = await run();
process.exitCode = report(samples) ? 0 : 1;

/** Resident memory twice a second from the end of the first epoch on, when everything has been used once. */
async function run(): Promise<Sample[]> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-soak-"));
  const program = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const flags = ["--epochs", epochs, "--limit", options.images, "--threads", options.threads].map(String);
  const child = spawn(process.execPath, [program, "train", ...flags, "--json", "--quiet", "--out", folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const found: Sample[] = [];
  const started = performance.now();
  let epochsDone = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    epochsDone += text.split('"event":"epoch"').length - 1;
  });
  const timer = setInterval(() => {
    const mib = residentMib(child.pid as number);
    if (epochsDone > 0 && epochsDone < epochs && mib > 0) {
      found.push({ seconds: (performance.now() - started) / 1000, mib });
    }
  }, 500);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(timer);
  rmSync(folder, { recursive: true, force: true });
  if (code !== 0) throw new Error(`mnist train ended with ${code}`);
  return found;
}

/** What the system says the process holds; 0 once it has ended. Needs `ps`, which Windows lacks. */
function residentMib(pid: number): number {
  return Number(spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim()) / 1024;
}

/** @returns whether it stayed below the limit, and flat */
function report(found: readonly Sample[]): boolean {
  if (found.length < 10) throw new Error(`only ${found.length} samples; give more --steps, or a smaller --limit`);
  const sizes = found.map((sample) => sample.mib);
  const [least, median, most] = [0, 0.5, 1].map((q) => quantile(sizes, q));
  const half = found.length >> 1;
  const [first, second] = [growthOf(found.slice(0, half)), growthOf(found.slice(half))];
  const signed = (value: number): string => `${value >= 0 ? "+" : "−"}${mib(Math.abs(value))}`;
  const mib = (value: number): string => `${value.toFixed(1)} MiB`;
  print(
    `CNN, ${epochs * stepsPerEpoch} steps of batch ${BATCH}, ${options.threads} thread(s): resident memory, ` +
      `${found.length} samples: least ${mib(least)}, median ${mib(median)}, most ${mib(most)}; ` +
      `its trend over the first half: ${signed(first)}, over the second: ${signed(second)}`,
  );
  if (most > options.mostMib) print(`soak: more than ${options.mostMib} MiB.`);
  if (second > options.flatMib) print(`soak: it grows.`);
  return most <= options.mostMib && second <= options.flatMib;
}

/** From its first to its last sample, along the line that fits best, in MiB. */
function growthOf(found: readonly Sample[]): number {
  return slope(found) * (found[found.length - 1].seconds - found[0].seconds);
}

/** Of that line, in MiB a second. */
function slope(found: readonly Sample[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(found.map(({ seconds }) => seconds)), mean(found.map(({ mib }) => mib))];
  const covariance = found.reduce((sum, { seconds, mib }) => sum + (seconds - x) * (mib - y), 0);
  return covariance / found.reduce((sum, { seconds }) => sum + (seconds - x) ** 2, 0);
}
