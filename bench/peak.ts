// The machine's ceiling: multiply-adds on registers alone, in this process, by the kernels' own variant.

import asc from "assemblyscript/asc";
import { loadKernels } from "../lib/runtime/kernels.ts";
import type { Benchmark } from "./benchmark.ts";

/** Enough independent sums to hide the latency of a multiply-add, few enough to stay in registers. */
const SUMS = 12;
const LANES = 4;
const STEPS = 100_000;

/** @throws the compiler refuses the loop */
export async function peak(): Promise<Benchmark> {
  const { variant } = loadKernels();
  const isRelaxed = variant === "relaxed";
  const features = isRelaxed ? ["simd", "relaxed-simd"] : ["simd"];
  const { error, binary, stderr } = await asc.compileString(source(isRelaxed), {
    optimizeLevel: 3,
    runtime: "stub",
    noAssert: true,
    enable: features,
  });
  if (error || !binary) throw new Error(`peak: ${stderr}`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>), {});
  const loop = exports.loop as (steps: number) => number;
  return {
    name: `peak (registers only, ${variant})`,
    flops: STEPS * SUMS * LANES * 2,
    tolerance: 1e-4,
    setUp: () => ({
      run: () => void loop(STEPS),
      error: () => Math.abs(loop(STEPS) / exactSum() - 1),
    }),
  };
}

/** Every sum starts at 1 and gains 2⁻¹⁰·2⁻¹⁰ a step, which f32 holds exactly up to 2. */
function exactSum(): number {
  return SUMS * (1 + STEPS * 2 ** -20);
}

function source(isRelaxed: boolean): string {
  const sums = Array.from({ length: SUMS }, (_, i) => `c${i}`);
  const madd = (c: string): string =>
    isRelaxed ? `f32x4.relaxed_madd(a, a, ${c})` : `f32x4.add(f32x4.mul(a, a), ${c})`;
  return `
const TABLE = memory.data<f32>([${2 ** -10}, 1]);
export function loop(steps: i32): f32 {
  const a = v128.load32_splat(TABLE);
  ${sums.map((c) => `let ${c} = v128.load32_splat(TABLE, 4);`).join("\n  ")}
  for (let i = 0; i < steps; i++) {
    ${sums.map((c) => `${c} = ${madd(c)};`).join("\n    ")}
  }
  return ${sums.map((c) => `f32x4.extract_lane(${c}, 0)`).join(" + ")};
}`;
}
