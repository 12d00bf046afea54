// What tells whether the wide kernels do here what they are for: give the bits of the relaxed ones, and faster.
//
// Both look at the matrix product, whose tiles only the wide kernels have; all other functions are the same in both.

import { NR, panelsOf, rowTiles } from "./kernel_abi.ts";
import type { Kernels } from "./kernels.ts";

/** [m, n, k]: tiles of six rows, of five, of four and of fewer; whole panels and cut ones; no term, and two blocks of them. */
const SHAPES = [
  [1, 16, 3],
  [3, 33, 1],
  [4, 16, 0],
  [7, 17, 5],
  [9, 32, 31],
  [69, 16, 33],
  [66, 19, 7],
  [11, 16, 259],
] as const;
/** For each of them: op(A) or op(Aᵀ), B in place or in panels, and the sum begun at 0, a bias, or what C holds. */
const WAYS = 12;

/** Elements between two operands, each of which has room for the largest. */
const ROOM = 4352;
const [A, B, PANELS, BIAS, C, END] = [1, 2, 3, 4, 5, 6].map((index) => index * ROOM);

/** Rows in tiles of six, and rows in tiles of four. */
const TIMED_ROWS = [60, 8] as const;
const TIMED_SIDE = 64;
const TIMED_ROUNDS = 6;

/** Kernels by themselves, over a small memory that others may have used before. */
export interface CheckedKernels {
  kernels: Kernels;
  memory: WebAssembly.Memory;
}

/** A memory for the functions below. */
export function checkMemory(): WebAssembly.Memory {
  const pages = Math.ceil((END * 4) / 65536);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** The bits of matrix products of awkward shapes, in every layout. */
export function awkwardProducts({ kernels, memory }: CheckedKernels): Int32Array[] {
  fillWithNoise(memory);
  const words = new Int32Array(memory.buffer);
  const gemm = kernels.gemm_f32 as (...args: number[]) => void;
  return SHAPES.flatMap(([m, n, k]) => {
    kernels.gemm_pack_b_f32(4 * PANELS, 4 * B, n, k, n, 1, 0, panelsOf(n));
    const tiles = rowTiles(m);
    return Array.from({ length: WAYS }, (_, way) => {
      const [isTransposed, isPacked, start] = [way & 1, way & 2, way >> 2];
      const operands = [4 * C, 4 * A, isPacked ? 4 * PANELS : 4 * B, start === 1 ? 4 * BIAS : 0];
      const strides = [n, ...(isTransposed ? [1, m] : [k, 1]), ...(isPacked ? [NR * k, NR] : [NR, n])];
      const args = [...operands, m, n, k, ...strides, start === 2 ? 1 : 0];
      const cut = Math.min(way, tiles);
      gemm(...args, 0, cut);
      gemm(...args, cut, tiles);
      return words.slice(C, C + m * n);
    });
  });
}

/** How many times as fast the wide tiles are as those of two rows, in the same kernels: the least of it. On whatever the memory holds. */
export function gainOfWideTiles({ kernels }: CheckedKernels): number {
  const gemm = kernels.gemm_f32 as (...args: number[]) => void;
  const side = TIMED_SIDE;
  const gains = TIMED_ROWS.map((m) => {
    const args = [4 * C, 4 * A, 4 * B, 0, m, side, side, side, side, 1, NR * side, NR, 0];
    // A range of one tile has too few rows for a wide one.
    const timed = (step: number): number => {
      const started = performance.now();
      for (let tile = 0; tile < rowTiles(m); tile += step) gemm(...args, tile, tile + step);
      return performance.now() - started;
    };
    let [byTwo, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < TIMED_ROUNDS; round++) {
      byTwo = Math.min(byTwo, timed(1));
      whole = Math.min(whole, timed(rowTiles(m)));
    }
    return byTwo / whole;
  });
  return Math.min(...gains);
}

/**
 * Numbers of either sign, of 2⁻⁷ to 2, so that another order or rounding of sums shows. Bits are made rather than numbers,
 * since this runs once, and so slowly.
 */
function fillWithNoise({ buffer }: WebAssembly.Memory): void {
  const words = new Int32Array(buffer);
  let state = 1;
  for (let i = A; i < PANELS; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    words[i] = (state & 0x83ffffff) | 0x3c000000;
  }
  words.copyWithin(BIAS, A, B);
}
