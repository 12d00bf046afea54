// The arena: one WebAssembly.Memory, cut into blocks. Bytes exist in this file only.
//
// Free blocks are kept sorted by address and merged with their neighbours; the smallest that fits is
// taken. A training step frees all that it took, so the next one finds the same blocks again, and a
// few hundred live blocks make a linear list faster than anything cleverer.

import { RuntimeError } from "../base/errors.ts";
import { READ_SLACK } from "./kernel_abi.ts";
import { loadKernels } from "./kernels.ts";
import { PAGE_BYTES } from "./wasm_memory.ts";

const GROWTH_PAGES = 16;
/** Blocks start on cache lines, and end with the slack that lets kernels read past an operand's end. */
const ALIGNMENT = 64;
/** Page 0 holds the kernels' constants. */
const ARENA_START = PAGE_BYTES;

interface Block {
  ptr: number;
  bytes: number;
}

const free: Block[] = [];
let end = ARENA_START;
let inUse = 0;
let blocks = 0;
let watch: MemoryWatcher | null = null;

let views: { buffer: ArrayBufferLike; f32: Float32Array; i32: Int32Array; u8: Uint8Array } | null = null;

/** What the arena holds: bytes lent out now, blocks lent out now, and bytes taken from the host. */
export function memoryUsage(): { inUseBytes: number; blocks: number; reservedBytes: number } {
  return { inUseBytes: inUse, blocks, reservedBytes: end };
}

/** Hears of every block of `size` bytes, of which `bytes` were asked for, as it is lent and as it comes back. */
export type MemoryWatcher = (isLent: boolean, ptr: number, bytes: number, size: number) => void;

/** For tests: null for no watcher. */
export function watchMemory(watcher: MemoryWatcher | null): void {
  watch = watcher;
}

/** The size of the block that holds `bytes`. */
function blockBytes(bytes: number): number {
  return Math.ceil((bytes + READ_SLACK) / ALIGNMENT) * ALIGNMENT;
}

/** @returns the address of `bytes` bytes, 64-byte aligned, content undefined */
export function allocate(bytes: number): number {
  const size = blockBytes(bytes);
  let best = -1;
  for (let i = 0; i < free.length; i++) {
    const candidate = free[i].bytes;
    if (candidate >= size && (best < 0 || candidate < free[best].bytes)) {
      best = i;
      if (candidate === size) break;
    }
  }
  const ptr = best >= 0 ? takeFrom(best, size) : takeFromEnd(size);
  inUse += size;
  blocks++;
  watch?.(true, ptr, bytes, size);
  return ptr;
}

/** Gives back what `allocate(bytes)` lent. */
export function release(ptr: number, bytes: number): void {
  const size = blockBytes(bytes);
  watch?.(false, ptr, bytes, size);
  inUse -= size;
  blocks--;
  let low = 0;
  let high = free.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (free[middle].ptr < ptr) low = middle + 1;
    else high = middle;
  }
  const before = low > 0 ? free[low - 1] : undefined; // what is read at −1 is looked for by its name
  const after = free[low];
  const joinsBefore = before && before.ptr + before.bytes === ptr;
  const joinsAfter = after && ptr + size === after.ptr;
  if (joinsBefore && joinsAfter) {
    before.bytes += size + after.bytes;
    drop(low);
  } else if (joinsBefore) {
    before.bytes += size;
  } else if (joinsAfter) {
    after.ptr = ptr;
    after.bytes += size;
  } else {
    for (let i = free.length; i > low; i--) free[i] = free[i - 1];
    free[low] = { ptr, bytes: size };
  }
}

/** Typed views of the whole arena, remade when it has grown. */
export function arena(): { f32: Float32Array; i32: Int32Array; u8: Uint8Array } {
  const { buffer } = loadKernels().memory;
  if (views?.buffer !== buffer) {
    views = {
      buffer,
      f32: new Float32Array(buffer),
      i32: new Int32Array(buffer),
      u8: new Uint8Array(buffer),
    };
  }
  return views;
}

/** As splice, which would make an array of what it takes out. */
function drop(index: number): void {
  for (let i = index + 1; i < free.length; i++) free[i - 1] = free[i];
  free.pop();
}

function takeFrom(index: number, size: number): number {
  const block = free[index];
  const { ptr } = block;
  if (block.bytes === size) {
    drop(index);
  } else {
    block.ptr += size;
    block.bytes -= size;
  }
  return ptr;
}

function takeFromEnd(size: number): number {
  // A free block that touches the end counts toward the new one.
  const last = free[free.length - 1];
  const start = last && last.ptr + last.bytes === end ? last.ptr : end;
  growTo(start + size);
  if (start !== end) free.pop();
  end = start + size;
  return start;
}

function growTo(bytes: number): void {
  const { memory, maximumBytes } = loadKernels();
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing <= 0) return;
  try {
    memory.grow(Math.max(missing, GROWTH_PAGES));
  } catch {
    try {
      memory.grow(missing);
    } catch {
      throw new RuntimeError(
        `allocate: out of memory; ${inUse} bytes are in use and ${bytes} are needed in all, of at most ${maximumBytes / 2 ** 30} GiB. ` +
          "Use a smaller batch, or dispose of tensors that are done with.",
        { inUseBytes: inUse, neededBytes: bytes, maximumBytes },
      );
    }
  }
}
