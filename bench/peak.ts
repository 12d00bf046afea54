// The machine's ceilings, in this process and by the kernels' own variant: multiply-adds on registers alone, and
// numbers read from one array and written to another.

import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { loadKernels } from "../lib/runtime/kernels.ts";
import type { Benchmark } from "./benchmark.ts";

/** Enough independent sums to hide the latency of a multiply-add, few enough to stay in registers. */
const SUMS = 12;
/** The same where V8 joins two to one of eight lanes. */
const WIDE_SUMS = 2 * SUMS;
const LANES = 4;
const STEPS = 100_000;
/** Of each array: 6.4 MB, as much as the largest activation of the CNN at batch 64. */
const STREAM_FLOATS = 64 * 28 * 28 * 32;
const STREAM_START = 65536;
const STREAM_BYTES = 4 * STREAM_FLOATS;
const PAGES = Math.ceil((STREAM_START + 2 * STREAM_BYTES) / 65536);

export interface Peaks {
  /** Its GFLOP/s are what computing is measured against, */
  compute: Benchmark;
  /** its GB/s what moving numbers is. */
  stream: Benchmark;
}

/**
 * @param variant of the kernels that are measured against them; default: those that are loaded
 * @throws the compiler refuses the loops
 */
export function peaks(variant: string = loadKernels().variant): Peaks {
  const isRelaxed = variant !== "simd";
  const sums = variant === "wide" ? WIDE_SUMS : SUMS;
  const compiler = fileURLToPath(new URL("programs/compile.mjs", import.meta.url));
  const features = isRelaxed ? "simd,relaxed-simd" : "simd";
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, features, String(PAGES)], {
    input: source(isRelaxed, sums),
  });
  if (status !== 0) throw new Error(`peaks: ${stderr}`);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(stdout)), {});
  const { value: at } = exports.SUMS as WebAssembly.Global;
  const multiply = (steps: number): number => (exports.multiply as (steps: number, at: number) => number)(steps, at);
  const copy = exports.copy as (to: number, from: number, bytes: number) => void;
  const floats = new Float32Array((exports.memory as WebAssembly.Memory).buffer, STREAM_START);
  return {
    compute: {
      name: `peak (multiply-adds on registers, ${variant})`,
      flops: STEPS * sums * LANES * 2,
      tolerance: 1e-4,
      setUp: () => ({
        run: () => void multiply(STEPS),
        error: () => Math.abs(multiply(STEPS) / (sums * EXACT_SUM) - 1),
        tearDown() {},
      }),
    },
    stream: {
      name: "peak (6.4 MB read, 6.4 MB written)",
      bytes: 2 * STREAM_BYTES,
      tolerance: 0,
      setUp() {
        const run = (): void => copy(STREAM_START + STREAM_BYTES, STREAM_START, STREAM_BYTES);
        return {
          run,
          error() {
            for (let i = 0; i < STREAM_FLOATS; i++) floats[i] = i;
            run();
            return floats.subarray(STREAM_FLOATS, 2 * STREAM_FLOATS).every((value, i) => value === i) ? 0 : 1;
          },
          tearDown() {},
        };
      },
    },
  };
}

/** Every sum starts at 1 and gains 2⁻¹⁰·2⁻¹⁰ a step, which f32 holds exactly up to 2. */
const EXACT_SUM = 1 + STEPS * 2 ** -20;

/**
 * Sums begin at neighbouring loads and end at neighbouring stores: by these V8 knows pairs; of Node 26 only where their address is
 * no constant.
 */
function source(isRelaxed: boolean, count: number): string {
  const sums = Array.from({ length: count }, (_, i) => `c${i}`);
  const madd = (c: string): string =>
    isRelaxed ? `f32x4.relaxed_madd(a, a, ${c})` : `f32x4.add(f32x4.mul(a, a), ${c})`;
  return `
const TABLE = memory.data<f32>([${2 ** -10}]);
export const SUMS: usize = memory.data(${16 * count}, 16);
export function multiply(steps: i32, at: usize): f32 {
  for (let i: usize = 0; i < ${4 * count}; i++) store<f32>(at + (i << 2), 1);
  const a = v128.load32_splat(TABLE);
  ${sums.map((c, i) => `let ${c} = v128.load(at, ${16 * i});`).join("\n  ")}
  for (let i = 0; i < steps; i++) {
    ${sums.map((c) => `${c} = ${madd(c)};`).join("\n    ")}
  }
  ${sums.map((c, i) => `v128.store(at, ${c}, ${16 * i});`).join("\n  ")}
  return ${sums.map((_, i) => `load<f32>(at, ${16 * i})`).join(" + ")};
}
export function copy(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 64) {
    v128.store(to + i, v128.load(from + i));
    v128.store(to + i, v128.load(from + i, 16), 16);
    v128.store(to + i, v128.load(from + i, 32), 32);
    v128.store(to + i, v128.load(from + i, 48), 48);
  }
}`;
}
