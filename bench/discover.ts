// Finds the benchmarks of single operations.

import { readdirSync } from "node:fs";
import type { Benchmark } from "./benchmark.ts";

/** What every *.bench.ts exports, file by file. */
export async function discover(): Promise<Benchmark[][]> {
  const folder = new URL(".", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".bench.ts"));
  const modules = await Promise.all(files.sort().map((file) => import(new URL(file, folder).href)));
  return modules.map((module): Benchmark[] => module.benchmarks);
}
