// npm run bench: times every bench/*.bench.ts, or those whose name contains --filter. A result that is
// wrong gets no time, and the exit code 1.
//
//   npm run bench -- [--filter TEXT] [--rounds N] [--json]

import { readdirSync } from "node:fs";
import os from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { enableRelaxedSimd } from "../cli/relaxed_simd.ts";
import { loadKernels } from "../lib/runtime/kernels.ts";
import type { Benchmark } from "./benchmark.ts";
import { measure, type Result } from "./measure.ts";
import { peak } from "./peak.ts";

const { values } = parseArgs({
  options: {
    filter: { type: "string", default: "" },
    rounds: { type: "string", default: "15" },
    json: { type: "boolean", default: false },
  },
});

enableRelaxedSimd();
const machine = {
  cpu: os.cpus()[0]?.model.trim() ?? "unknown",
  node: process.versions.node,
  variant: loadKernels().variant,
  threads: 1,
};
const benchmarks = (await discover()).filter(({ name }) => name.includes(values.filter));
if (benchmarks.length === 0) {
  console.error(`bench: no benchmark's name contains "${values.filter}".`);
  process.exit(2);
}
const [ceiling, ...results] = measure([await peak(), ...benchmarks], Number(values.rounds));
if (values.json) console.log(JSON.stringify({ machine, peakGflops: ceiling.gflops, results }));
else report(ceiling, results);
process.exitCode = results.some(({ medianMs }) => medianMs === null) ? 1 : 0;

async function discover(): Promise<Benchmark[]> {
  const folder = new URL(".", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".bench.ts"));
  const modules = await Promise.all(files.sort().map((file) => import(new URL(file, folder).href)));
  return modules.flatMap((module): Benchmark[] => module.benchmarks);
}

function report(ceiling: Result, results: readonly Result[]): void {
  const { cpu, node, variant, threads } = machine;
  console.log(`${cpu}, Node ${node}, ${variant} kernels, ${threads} thread, ${values.rounds} rounds\n`);
  const width = Math.max(...[ceiling, ...results].map(({ name }) => name.length));
  console.log(`${"".padEnd(width)}  median ms       ±  GFLOP/s  of peak     GB/s   images/s     error`);
  for (const result of [ceiling, ...results]) console.log(`${result.name.padEnd(width)}  ${row(result, ceiling)}`);
}

function row(
  { medianMs, spread, gflops, gbPerSecond, imagesPerSecond, error, tolerance }: Result,
  ceiling: Result,
): string {
  if (medianMs === null) return `WRONG: error ${error.toExponential(1)}, at most ${tolerance.toExponential(1)}`;
  const cell = (value: number | null, digits: number, unit = ""): string =>
    value === null ? "" : value.toFixed(digits) + unit;
  return [
    cell(medianMs, 4).padStart(9),
    cell((spread ?? 0) * 100, 1, " %").padStart(6),
    cell(gflops, 1).padStart(7),
    cell(gflops && ceiling.gflops && (gflops / ceiling.gflops) * 100, 0, " %").padStart(7),
    cell(gbPerSecond, 1).padStart(7),
    cell(imagesPerSecond, 0).padStart(9),
    error.toExponential(1).padStart(8),
  ].join("  ");
}
