// Loads the kernels: picks the variant, instantiates it once, on first use, synchronously.

import type { Kernels } from "../../build/kernels.js";
import { RuntimeError } from "../base/errors.ts";
import { type Arithmetic, arithmeticOf } from "./arithmetic.ts";
import { embeddedKernels, type KernelVariant } from "./embedded_kernels.ts";

export type { Kernels, KernelVariant };

export interface LoadedKernels {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly variant: KernelVariant | "custom";
  /** How they round on this host: what makes the bits of a result, together with its inputs. */
  readonly arithmetic: Arithmetic;
  /** Why memory cannot be shared with other threads, and so everything runs on one; null where it can. */
  readonly unsharedBecause: string | null;
}

/** The most the arena may grow to: 4 GiB, all that 32-bit pointers reach. */
const MAX_PAGES = 65536;

let custom: WebAssembly.Module | null = null;
let loaded: LoadedKernels | null = null;

/**
 * Use a module compiled elsewhere, for hosts that forbid compiling at run time (edge runtimes).
 * Call it before the first tensor is made.
 *
 * @throws {RuntimeError} the kernels are in use already
 * @example import wasm from "simdgrad/kernels.simd.wasm"; useKernels(wasm);
 */
export function useKernels(module: WebAssembly.Module): void {
  if (loaded) {
    throw new RuntimeError("useKernels: the kernels are loaded already; call it before the first tensor is made.");
  }
  custom = module;
}

/** The kernels and their memory; the first call loads them. */
export function loadKernels(): LoadedKernels {
  if (!loaded) loaded = load();
  return loaded;
}

/** Whether the host runs this variant: WebAssembly SIMD, or relaxed SIMD on top of it. */
export function supportsVariant(variant: KernelVariant): boolean {
  // () -> i32: a v128 constant in, one lane out, by way of f32x4.relaxed_madd in the second module.
  const simd = [0xfd, 0x0c, ...Array(16).fill(0)];
  const madd = [...simd, ...simd, ...simd, 0xfd, 0x85, 0x02];
  const code = [0x00, ...(variant === "simd" ? simd : madd), 0xfd, 0x1b, 0x00, 0x0b];
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0];
  return WebAssembly.validate(new Uint8Array([...header, 10, code.length + 2, 1, code.length, ...code]));
}

function load(): LoadedKernels {
  if (custom) {
    const instance = instantiateCustom(custom);
    return {
      ...instance,
      module: custom,
      variant: "custom",
      arithmetic: arithmeticOf(instance.kernels, null),
    };
  }
  if (!supportsVariant("simd")) {
    throw new RuntimeError("loadKernels: this host has no WebAssembly SIMD; use Node ≥ 20 or a browser since 2021.");
  }
  const variant = supportsVariant("relaxed") ? "relaxed" : "simd";
  const unsharedBecause = whyNotShared();
  const bytes = embeddedKernels(variant);
  if (unsharedBecause) declareUnshared(bytes);
  const module = new WebAssembly.Module(bytes);
  const instance = instantiate(module, !unsharedBecause);
  const arithmetic = arithmeticOf(instance.kernels, variant === "relaxed");
  return { ...instance, module, variant, arithmetic, unsharedBecause };
}

function instantiate(module: WebAssembly.Module, shared: boolean): Pick<LoadedKernels, "kernels" | "memory"> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared });
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return { kernels: instance.exports as unknown as Kernels, memory };
}

/** A compiled module cannot be changed, nor asked: it gets the kind of memory with which it can be instantiated. */
function instantiateCustom(module: WebAssembly.Module): Pick<LoadedKernels, "kernels" | "memory" | "unsharedBecause"> {
  try {
    return { ...instantiate(module, true), unsharedBecause: whyNotShared() };
  } catch {
    return { ...instantiate(module, false), unsharedBecause: "the module given to useKernels declares plain memory" };
  }
}

/**
 * A page without cross-origin isolation can make a shared memory, but not post it to a worker,
 * so its existence proves nothing: ask for the isolation itself.
 */
function whyNotShared(): string | null {
  // First, since browsers hide SharedArrayBuffer from pages that are not.
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  if (isolated === false) return "the page is not cross-origin isolated (COOP and COEP headers)";
  if (typeof SharedArrayBuffer === "undefined") return "the host has no SharedArrayBuffer";
  return null;
}

/** Turns the import of a shared memory into that of a plain one: one flag in the import's limits. */
function declareUnshared(bytes: Uint8Array): void {
  const importName = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2]; // "env" "memory", memory
  const at = bytes.findIndex((_, i) => importName.every((byte, j) => bytes[i + j] === byte));
  bytes[at + importName.length] = 0x01;
}
