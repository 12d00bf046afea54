// What is measured from outside, in separate processes: start-up, memory, and the size of what is shipped.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "esbuild";
import { stateDict } from "../lib/index.ts";
import type { Array64 } from "../lib/selftest/array64.ts";
import { cnn } from "../models/index.ts";
import { digitPng } from "../test/support/digit_png.ts";
import { sampledError } from "./benchmark.ts";
import { type ProgramFigure, quantile } from "./figure.ts";
import { logits64, toState64 } from "./network64.ts";

const { withoutKernels } = (await import(new URL("../scripts/without_kernels.mjs", import.meta.url).href)) as {
  withoutKernels: Plugin;
};

/** KB and MB are 10³ and 10⁶ bytes. */
const [KB, MB] = [1e3, 1e6];
const DIGIT = 1;
const TOLERANCE = 1e-4;

interface Measurement {
  name: string;
  unit: ProgramFigure["unit"];
  limit: number | null;
  /** How often it is taken; the median counts. */
  samples: number;
  /** @throws what ran did not do what it should */
  take(): Promise<number>;
}

/** @param accepts which names are wanted */
export async function measureProgram(accepts: (name: string) => boolean, rounds: number): Promise<ProgramFigure[]> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-bench-"));
  try {
    const picture = join(folder, "digit.png");
    writeFileSync(picture, digitPng(DIGIT));
    const wanted = [...startUp(picture, rounds), trainingMemory(), ...sizes()].filter(({ name }) => accepts(name));
    return await measureInTurns(wanted);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function measureInTurns(measurements: readonly Measurement[]): Promise<ProgramFigure[]> {
  const taken = measurements.map((measurement) => ({
    measurement,
    values: [] as number[],
    problem: null as string | null,
  }));
  const rounds = Math.max(...measurements.map(({ samples }) => samples));
  for (let round = 0; round < rounds; round++) {
    for (const entry of taken) {
      if (entry.problem !== null || round >= entry.measurement.samples) continue;
      try {
        entry.values.push(await entry.measurement.take());
      } catch (error) {
        entry.problem = `FAILED: ${(error as Error).message.split("\n")[0]}`;
      }
    }
  }
  return taken.map(({ measurement: { name, unit, limit }, values, problem }) => ({
    name,
    value: problem === null ? quantile(values, 0.5) : null,
    unit,
    problem,
    limit,
  }));
}

function startUp(picture: string, samples: number): Measurement[] {
  const expected = firstLogits();
  const timed = (name: string, limit: number | null, args: string[], check: (stdout: string) => void): Measurement => ({
    name: `start-up: ${name}`,
    unit: "ms",
    limit,
    samples,
    async take() {
      const start = performance.now();
      const stdout = await run(args);
      const ms = performance.now() - start;
      check(stdout);
      return ms;
    },
  });
  return [
    timed("node alone", null, ["-e", "0"], () => {}),
    timed("node, library, one inference of the CNN", null, [pathOf("programs/first_inference.mjs")], (stdout) => {
      const error = sampledError(JSON.parse(stdout), expected.at, expected.data.length);
      if (!(error <= TOLERANCE)) throw new Error(`the logits are off by ${error}`);
    }),
    timed("mnist infer digit.png", 200, [pathOf("../dist/cli.js"), "infer", "--json", picture], (stdout) => {
      const [{ predicted_class: digit }] = JSON.parse(stdout);
      if (digit !== DIGIT) throw new Error(`WRONG: the digit is ${DIGIT}; got ${digit}`);
    }),
  ];
}

/** In f64, what programs/first_inference.mjs prints. */
function firstLogits(): Array64 {
  const image = Array.from({ length: 784 }, (_, i) => (i % 7) / 7);
  return logits64("cnn", toState64(stateDict(cnn({ seed: 0 }))), image, false);
}

function trainingMemory(): Measurement {
  return {
    name: "memory: training the CNN at batch 64, all processors, 60,000 pictures",
    unit: "MB",
    limit: 300,
    samples: 1,
    take: async () => JSON.parse(await run([pathOf("programs/train.mjs")])).peakBytes / MB,
  };
}

function sizes(): Measurement[] {
  /** @param files each compressed by itself, as a server sends them */
  const measure = (name: string, limit: number | null, files: () => Promise<Uint8Array[]>): Measurement => ({
    name: `size: ${name}`,
    unit: "KB",
    limit,
    samples: 1,
    take: async () => (await files()).reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0) / KB,
  });
  const kernels = (variant: string): Uint8Array => readFileSync(pathOf(`../dist/kernels.${variant}.wasm`));
  return [
    measure("library with both variants of the kernels, minified, gzip", 80, async () => [await bundle([LIBRARY])]),
    measure("the same without kernels", null, async () => [await bundle([LIBRARY], [withoutKernels])]),
    measure("page that reads digits with the CNN, simdgrad/slim and one variant, gzip", 60, async () => [
      await bundle([PAGE]),
      kernels("relaxed"),
    ]),
    measure("library and pictures, simdgrad/plot, in one", null, async () => [await bundle([LIBRARY, PLOT])]),
    ...["simd", "relaxed"].map((variant) =>
      measure(`kernels.${variant}.wasm, gzip`, null, async () => [kernels(variant)]),
    ),
  ];
}

const [LIBRARY, PLOT, PAGE] = ["../lib/index.ts", "../lib/plot/index.ts", "programs/inference_page.mjs"].map(pathOf);

/** Everything that these modules export, as a page would load it. */
async function bundle(modules: readonly string[], plugins: Plugin[] = []): Promise<Uint8Array> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    stdin: {
      contents: modules.map((path) => `export * from ${JSON.stringify(path)};`).join("\n"),
      resolveDir: pathOf("."),
    },
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    legalComments: "none",
    write: false,
    plugins,
    logLevel: "silent",
  });
  return outputFiles[0].contents;
}

/** What `node ...args` prints. @throws it failed; the message is its last line on stderr */
function run(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (data) => {
      stdout += data;
    });
    child.stderr.setEncoding("utf8").on("data", (data) => {
      stderr += data;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`exit code ${code}: ${stderr.trim().split("\n").at(-1)}`));
    });
  });
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
