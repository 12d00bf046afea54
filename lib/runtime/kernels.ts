// Loads the kernels: picks the variant, instantiates it once, on first use, synchronously.

import type { Kernels } from "../../build/kernels.js";
import { problemOf, RuntimeError } from "../base/errors.ts";
import { type Arithmetic, arithmeticOf } from "./arithmetic.ts";
import { embeddedKernels } from "./embedded_kernels.ts";
import { type KernelSource, type KernelVariant, readKernelSource, variantOf } from "./kernel_module.ts";
import { supportsVariant } from "./supports_variant.ts";
import { askForMemory, granted, type WasmMemory, whyNotShared } from "./wasm_memory.ts";

export type { KernelSource, Kernels, KernelVariant };

/** @internal */
export interface LoadedKernels extends WasmMemory {
  readonly kernels: Kernels;
  readonly module: WebAssembly.Module;
  readonly variant: KernelVariant;
  /** How they round on this host: what makes the bits of a result, together with its inputs. */
  readonly arithmetic: Arithmetic;
  /** Why memory cannot be shared with other threads, and so everything runs on one; null where it can. */
  readonly unsharedBecause: string | null;
}

let loaded: LoadedKernels | null = null;

/**
 * Loads these kernels rather than those in the library: for pages that fetch the `.wasm` file, with `simdgrad/slim`,
 * and for hosts that forbid compiling at run time, with a module compiled before. Call it before the first tensor is made.
 *
 * Of the two, bytes are the better where there is a choice: they serve hosts with and without shared memory, whereas
 * a module needs a shared one whether threads can use it or not.
 *
 * @param source the content of `simdgrad/kernels.simd.wasm`, or of `simdgrad/kernels.relaxed.wasm` where the host
 *   has fused multiply-add; an ArrayBuffer, a typed array, or what `WebAssembly.compile` makes of it
 * @throws {OptionError} the source is neither bytes nor a module
 * @throws {RuntimeError} kernels are loaded already; the source holds none, or another version's; the host cannot run them
 * @example
 * const variant = supportsVariant("relaxed") ? "relaxed" : "simd";
 * useKernels(await (await fetch(`kernels.${variant}.wasm`)).arrayBuffer());
 */
export function useKernels(source: KernelSource): void {
  if (loaded) {
    throw new RuntimeError(
      "useKernels: the kernels are loaded already; call it before the first tensor is made, and once.",
    );
  }
  loaded = load(readKernelSource(source));
}

/** @internal The kernels and their memory; the first call loads them. */
export function loadKernels(): LoadedKernels {
  if (!loaded) {
    const variant = supportsVariant("relaxed") ? "relaxed" : "simd";
    const bytes = embeddedKernels(variant);
    if (bytes === null) {
      throw new RuntimeError(
        `loadKernels: simdgrad/slim has no kernels in it. Before the first tensor is made, call useKernels() with the ` +
          `content of "simdgrad/kernels.${variant}.wasm"; or use simdgrad itself, which has them.`,
      );
    }
    loaded = load(bytes);
  }
  return loaded;
}

/** @throws {RuntimeError} the host has no SIMD or no memory, a page's policy or the host forbids compiling, or it lacks an instruction */
function load(source: WebAssembly.Module | Uint8Array<ArrayBuffer>): LoadedKernels {
  if (!supportsVariant("simd")) {
    throw new RuntimeError(
      "loadKernels: this host has no WebAssembly SIMD; use Node ≥ 20, without --jitless, or a browser since 2021.",
    );
  }
  try {
    return source instanceof Uint8Array ? loadBytes(source) : loadModule(source);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    const policy =
      "A page's Content-Security-Policy needs 'wasm-unsafe-eval'; where compiling is forbidden altogether, give useKernels() a module compiled beforehand.";
    const variant = supportsVariant("relaxed")
      ? ""
      : " It has no relaxed SIMD: of the two files, give it the simd ones.";
    throw new RuntimeError(
      `loadKernels: this host does not compile the kernels: ${problemOf(error)}. ${policy}${variant}`,
    );
  }
}

function loadBytes(bytes: Uint8Array<ArrayBuffer>): LoadedKernels {
  const shared = whyNotShared() ?? askForMemory(true);
  if (typeof shared !== "string") return instantiate(new WebAssembly.Module(bytes), shared, null);
  declareUnshared(bytes);
  return instantiate(new WebAssembly.Module(bytes), granted(askForMemory(false)), shared);
}

/**
 * A compiled module can neither be changed nor asked what memory it declares: it gets the kind with which it can be
 * instantiated. Plain memory is tried first, since no host has to set anything aside for it.
 */
function loadModule(module: WebAssembly.Module): LoadedKernels {
  try {
    const plain = granted(askForMemory(false));
    return instantiate(module, plain, "the module given to useKernels declares plain memory");
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
  }
  return instantiate(module, granted(askForMemory(true)), whyNotShared());
}

function instantiate(
  module: WebAssembly.Module,
  { memory, maximumBytes }: WasmMemory,
  unsharedBecause: string | null,
): LoadedKernels {
  const variant = variantOf(module);
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
  const arithmetic = arithmeticOf(kernels, variant !== "simd");
  return { kernels, memory, maximumBytes, module, variant, arithmetic, unsharedBecause };
}

/** Turns the import of a shared memory into that of a plain one: one flag in the import's limits. */
function declareUnshared(bytes: Uint8Array): void {
  const importName = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2]; // "env" "memory", memory
  const at = bytes.findIndex((_, i) => importName.every((byte, j) => bytes[i + j] === byte));
  if (at >= 0) bytes[at + importName.length] = 0x01;
}
