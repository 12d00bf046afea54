// Asks the host for the memory that everything lies in: shared between threads where that is of use, and as much as it
// grants. Hosts reserve the most that a shared memory may grow to when it is made, and some, iOS first of all, refuse
// more than a part of what 32-bit pointers could reach.

import { RuntimeError } from "../base/errors.ts";

export const PAGE_BYTES = 65536;

/** 4 GiB, 1 GiB, 0.25 GiB. */
const MAXIMUM_PAGES = [65536, 16384, 4096];

export interface WasmMemory {
  memory: WebAssembly.Memory;
  /** The most that it may grow to. */
  maximumBytes: number;
}

/** @returns the largest that the host grants, or why it grants none */
export function askForMemory(shared: boolean): WasmMemory | string {
  let refusal = "";
  for (const maximum of MAXIMUM_PAGES) {
    try {
      const memory = new WebAssembly.Memory({ initial: 1, maximum, shared });
      return { memory, maximumBytes: maximum * PAGE_BYTES };
    } catch (error) {
      refusal = (error as Error).message;
    }
  }
  return `the host refuses a ${shared ? "shared " : ""}memory of even 0.25 GiB (${refusal})`;
}

/**
 * Why memory is not to be shared; null where it is. A page without cross-origin isolation can make a shared memory, but
 * not post it to a worker, so its existence proves nothing: ask for the isolation itself.
 */
export function whyNotShared(): string | null {
  // First, since browsers hide SharedArrayBuffer from pages that are not.
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  if (isolated === false) return "the page is not cross-origin isolated (COOP and COEP headers)";
  if (typeof SharedArrayBuffer === "undefined") return "the host has no SharedArrayBuffer";
  return null;
}

/** @throws {RuntimeError} the host gives no memory */
export function granted(memory: WasmMemory | string): WasmMemory {
  if (typeof memory !== "string") return memory;
  throw new RuntimeError(
    `loadKernels: ${memory}. Close what else needs memory. Where addresses are limited (ulimit -v), raise that, or start Node with --disable-wasm-trap-handler.`,
  );
}
