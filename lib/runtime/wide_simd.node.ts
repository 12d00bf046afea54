// Vectors of eight lanes: V8 joins pairs of four where the processor has AVX2, behind a flag (docs/adr/0020-wide-kernels-lean-on-a-flag.md).

import process from "node:process";
import v8 from "node:v8";
import { gunzipSync } from "node:zlib";
import { problemOf, RuntimeError } from "../base/errors.ts";
import { embeddedKernels } from "./embedded_kernels.ts";
import { type Kernels, useKernels } from "./kernels.ts";
import { supportsVariant } from "./supports_variant.ts";
import { awkwardProducts, type CheckedKernels, checkMemory, gainOfWideTiles } from "./wide_check.ts";

/** The versions of Node that were tried: where the flag can be set by a running program, and does what it says. */
const NODES = { first: 24, last: 26 };
const FLAG = "experimental-wasm-revectorize";
/**
 * Wide tiles gain 1.4 to 1.8 where pairs are joined, and 0.8 to 1.1 where they are not; 0.3 to 0.7 in V8's baseline compiler,
 * and 1.5 or more for the moment in which they are through the optimizing one and the others are not.
 */
const GAIN = { baseline: 0.7, least: 1.2, most: 2.2 };
/** So many in a row, a millisecond apart, that it is no such moment. */
const ENOUGH_GAINS = 6;
const TOO_MANY_WITHOUT = 12;
/** How long the optimizing compiler may take, on a busy machine. */
const PATIENCE_MS = 1000;

/**
 * Turns wide SIMD on for this process, and loads the kernels that are written for it. Call it before the first operation,
 * after enableRelaxedSimd(). Nothing changes but the speed: the bits are those of the relaxed kernels.
 *
 * The library never touches its host's flags on import; programs may. The flag is an experimental one, and holds for all
 * WebAssembly that the process compiles from then on. So it is set only in versions of Node that were tried, the kernels
 * are held against the relaxed ones, on matrix products of awkward shapes, before they are used, and the flag is unset
 * again where they are not. That takes 20 to 50 ms, more than half of
 * it until V8's optimizing compiler is through.
 *
 * The environment variable SIMDGRAD_NO_WIDE, set to anything, switches it off.
 *
 * @returns null where the wide kernels are loaded; else why they are not, and everything is as it was
 * @example const notWideBecause = await enableWideSimd(); // "Node 20 has none: 24 to 26 have"
 */
export async function enableWideSimd(): Promise<string | null> {
  const reason = whyNotTried();
  if (reason !== null) return reason;
  outcome ??= tryKernels();
  return outcome;
}

/** Once for all: a second try would find the kernels loaded, and unset the flag that they need. */
let outcome: Promise<string | null> | null = null;

async function tryKernels(): Promise<string | null> {
  let isFlagSet = false;
  let problem: string | null;
  try {
    const { default: packed } = await import("../../build/wide_kernels.js");
    const memory = checkMemory();
    // Before the flag is set, and by the baseline compiler: nothing is joined here.
    const expected = awkwardProducts(instantiate(new WebAssembly.Module(relaxedKernels()), memory));
    v8.setFlagsFromString(`--${FLAG}`);
    isFlagSet = true;
    const bytes = gunzipSync(Buffer.from(packed, "base64"));
    const wide = instantiate(new WebAssembly.Module(bytes), memory);
    problem = (await whyNoGain(wide)) ?? whyNotEqual(awkwardProducts(wide), expected);
    if (problem === null) useKernels(bytes); // the same bytes: V8 need not compile them again
  } catch (error) {
    problem = problemOf(error);
  }
  if (problem !== null && isFlagSet) v8.setFlagsFromString(`--no-${FLAG}`);
  return problem;
}

/** What can be said without trying. */
function whyNotTried(): string | null {
  const { first, last } = NODES;
  const major = Number(process.versions.node.split(".")[0]);
  if (process.env.SIMDGRAD_NO_WIDE) return "SIMDGRAD_NO_WIDE is set";
  if (process.arch !== "x64") return `${process.arch} processors have none: x64 has`;
  if (major < first) return `Node ${major} has none: ${first} to ${last} have`;
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
    gains = gain >= GAIN.least && gain <= GAIN.most ? gains + 1 : 0;
    without = gain >= GAIN.baseline && gain < GAIN.least ? without + 1 : 0;
    if (without > TOO_MANY_WITHOUT)
      return `its tiles are ${gain.toFixed(2)} times as fast as others here, which is no gain`;
    if (performance.now() > end) return `V8 did not optimize it within ${PATIENCE_MS} ms`;
    await new Promise((done) => setTimeout(done, 1)); // for the compiler, which has a thread of its own
  }
  return null;
}

function whyNotEqual(actual: readonly Int32Array[], expected: readonly Int32Array[]): string | null {
  const isEqual = expected.every((bits, i) => bits.every((word, j) => actual[i][j] === word));
  return isEqual ? null : "it gives other numbers than relaxed SIMD here";
}
