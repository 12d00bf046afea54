// Vectors of eight lanes: V8 joins pairs of four where the processor has AVX2, behind a flag (docs/adr/0020-…).

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import v8 from "node:v8";
import { gunzipSync } from "node:zlib";
import type { Kernels } from "../../build/kernels.js";
import { problemOf, RuntimeError } from "../base/errors.ts";
import { embeddedKernels } from "./embedded_kernels.ts";
import { useKernels } from "./kernels.ts";
import { supportsVariant } from "./supports_variant.ts";
import { awkwardProducts, type CheckedKernels, checkMemory, gainOfWideTiles } from "./wide_check.ts";

/** The versions of Node that were tried: where the flag can be set by a running program, and does what it says. */
const NODES = { first: 24, last: 26 };
const FLAG = "experimental-wasm-revectorize";
/** Wide tiles gain 1.4 to 1.7 where pairs are joined, 0.8 to 1 where they are not, and 0.3 to 0.6 in V8's baseline compiler. */
const LEAST_GAIN = 1.2;
const BASELINE_GAIN = 0.7;
/** In a row: for a moment one of two functions may have been compiled, and the other not. */
const ENOUGH_GAINS = 2;
const TOO_MANY_WITHOUT = 20;
/** How long the optimizing compiler may take, on a busy machine. */
const PATIENCE_MS = 1000;

/**
 * Turns wide SIMD on for this process, and loads the kernels that are written for it. Call it before the first operation,
 * after enableRelaxedSimd(). Nothing changes but the speed: the bits are those of the relaxed kernels.
 *
 * The library never touches its host's flags on import; programs may. The flag is an experimental one, and holds for all
 * WebAssembly that the process compiles from then on. So it is set only in versions of Node that were tried, the kernels
 * are held against the relaxed ones, on matrix products of awkward shapes, before they are used, and the flag is unset
 * again where they are not. That takes about N ms.
 *
 * The environment variable SIMDGRAD_NO_WIDE, set to anything, switches it off.
 *
 * @returns null where the wide kernels are loaded; else why they are not, and everything is as it was
 * @example const notWideBecause = await enableWideSimd(); // "Node 20 has none: from 24 to 26 it has"
 */
export async function enableWideSimd(): Promise<string | null> {
  const reason = whyNotTried();
  if (reason !== null) return reason;
  try {
    const { default: packed } = await import("../../build/wide_kernels.js");
    const memory = checkMemory();
    // Before the flag is set, and by the baseline compiler: nothing is joined here.
    const expected = awkwardProducts(instantiate(new WebAssembly.Module(relaxedKernels()), memory));
    v8.setFlagsFromString(`--${FLAG}`);
    const bytes = gunzipSync(Buffer.from(packed, "base64"));
    const wide = instantiate(new WebAssembly.Module(bytes), memory);
    const problem = (await whyNoGain(wide)) ?? whyNotEqual(awkwardProducts(wide), expected);
    if (problem === null) {
      useKernels(bytes); // the same as before to V8, which need not compile it again
      return null;
    }
    v8.setFlagsFromString(`--no-${FLAG}`);
    return problem;
  } catch (error) {
    v8.setFlagsFromString(`--no-${FLAG}`);
    return problemOf(error);
  }
}

/** What can be said without trying. */
function whyNotTried(): string | null {
  const { first, last } = NODES;
  const major = Number(process.versions.node.split(".")[0]);
  if (process.env.SIMDGRAD_NO_WIDE) return "SIMDGRAD_NO_WIDE is set";
  if (process.arch !== "x64") return `${process.arch} processors have none: x64 has`;
  if (!process.versions.v8 || major < first) return `Node ${major} has none: ${first} to ${last} have`;
  if (major > last) return `Node ${major} was not tried: ${first} to ${last} were`;
  if (!supportsVariant("relaxed")) return "this host has no relaxed SIMD";
  return null;
}

function relaxedKernels(): Uint8Array<ArrayBuffer> {
  const bytes = embeddedKernels("relaxed");
  if (bytes === null) throw new RuntimeError("enableWideSimd: this library has no kernels in it.");
  return bytes;
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): CheckedKernels {
  return { kernels: new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels, memory };
}

/** Runs products until V8's optimizing compiler is through with them, which shows in their speed. */
async function whyNoGain(wide: CheckedKernels): Promise<string | null> {
  const end = performance.now() + PATIENCE_MS;
  let [gains, without] = [0, 0];
  while (gains < ENOUGH_GAINS) {
    const gain = gainOfWideTiles(wide);
    gains = gain >= LEAST_GAIN ? gains + 1 : 0;
    without = gain >= BASELINE_GAIN && gain < LEAST_GAIN ? without + 1 : 0;
    if (without > TOO_MANY_WITHOUT)
      return `its tiles are ${gain.toFixed(2)} times as fast as others here, which is no gain`;
    if (performance.now() > end) return `V8 did not optimize it within ${PATIENCE_MS} ms`;
    if (gains === 0) await sleep(1);
  }
  return null;
}

function whyNotEqual(actual: readonly Int32Array[], expected: readonly Int32Array[]): string | null {
  const isEqual = expected.every((bits, i) => bits.every((word, j) => actual[i][j] === word));
  return isEqual ? null : "it gives other numbers than relaxed SIMD here";
}
