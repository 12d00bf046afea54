// What useKernels is given: compiled kernels, or the bytes of a file that should hold some. Anything else, or another
// version's, is refused by name: its numbers would be wrong, if it ran at all.

import { KERNELS_DIGEST } from "../../build/kernels.js";
import { OptionError, RuntimeError } from "../base/errors.ts";

/** `wide` are the relaxed ones for vectors of eight lanes, which only Node has, behind a flag: enableWideSimd of simdgrad/node. */
export type KernelVariant = "simd" | "relaxed" | "wide";

/** WebAssembly.Module, where the host's types have it: those of Node 20 alone have not. */
type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer M } } } ? M : object;

/** Bytes of a `.wasm` file, or what `WebAssembly.compile` makes of them. */
export type KernelSource = ArrayBuffer | ArrayBufferView | WasmModule;

const GIVE = 'Give the content of "simdgrad/kernels.simd.wasm" or "simdgrad/kernels.relaxed.wasm"';

/** @internal @returns the module; or a copy of the bytes, which a host without shared memory has to change before it compiles them */
export function readKernelSource(source: KernelSource): WebAssembly.Module | Uint8Array<ArrayBuffer> {
  // By their tags, since either may come from another realm.
  const tag = Object.prototype.toString.call(source).slice(8, -1);
  if (tag === "WebAssembly.Module") return source as WebAssembly.Module;
  let bytes: Uint8Array<ArrayBuffer>;
  if (ArrayBuffer.isView(source)) {
    bytes = Uint8Array.from(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  } else if (tag === "ArrayBuffer" || tag === "SharedArrayBuffer") {
    bytes = Uint8Array.from(new Uint8Array(source as ArrayBuffer));
  } else {
    const what = source === null || typeof source !== "object" ? String(source) : tag;
    throw new OptionError(
      `useKernels: takes the bytes of a .wasm file, or a WebAssembly.Module; got ${what}.${remedyFor(tag)}`,
      { source },
    );
  }
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    const start = bytes.subarray(0, 16);
    throw new RuntimeError(
      `useKernels: these ${bytes.length} bytes are no WebAssembly; they begin with ${JSON.stringify(asText(start))}. ` +
        `Was the file found, and is the path right? ${GIVE}.`,
      { size: bytes.length, start },
    );
  }
  return bytes;
}

const MAGIC = [0, 0x61, 0x73, 0x6d];

function remedyFor(tag: string): string {
  const remedies: Record<string, string> = {
    Promise: " Await it first.",
    Response: " Give await response.arrayBuffer().",
    "WebAssembly.Instance": " Give the module that it was made of.",
    Object: " Of what WebAssembly.instantiate gives, give .module.",
    String: " Give the file's content rather than its path: await (await fetch(url)).arrayBuffer().",
  };
  return remedies[tag] ?? "";
}

function asText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes).replace(/[^ -~]/g, "·");
}

/**
 * @internal Which kernels a module holds, as scripts/describe_kernels.mjs labels them.
 *
 * @throws {RuntimeError} none of this version's
 */
export function variantOf(module: WebAssembly.Module): KernelVariant {
  const [section] = WebAssembly.Module.customSections(module, "simdgrad");
  const [variant, digest] = section ? asText(new Uint8Array(section)).split(" ") : [];
  if (digest === KERNELS_DIGEST) return variant as KernelVariant;
  throw new RuntimeError(
    digest === undefined
      ? `useKernels: this WebAssembly holds none of simdgrad's kernels. ${GIVE}.`
      : `useKernels: these are the kernels of another build of simdgrad (${digest}, and this one's are ` +
          `${KERNELS_DIGEST}). ${GIVE} as it lies in the same package, and empty caches.`,
    { found: digest ?? null, expected: KERNELS_DIGEST },
  );
}
