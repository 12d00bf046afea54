// References of random numbers: Philox4x32-10 in BigInt, as its authors define it, and what is made of its words.
// Source: Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3.

import type { Elements64, Operand64 } from "./array64.ts";

interface Key64 {
  seed: number;
  stream?: number;
  step?: number;
}

const MASK = 0xffffffffn;

/** The four words of one counter of four words and a key of two. */
export function philox64(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [c0 * 0xd2511f53n, c2 * 0xcd9e8d57n];
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & MASK, (p0 >> 32n) ^ c3 ^ k1, p0 & MASK];
    [k0, k1] = [(k0 + 0x9e3779b9n) & MASK, (k1 + 0xbb67ae85n) & MASK];
  }
  return [c0, c1, c2, c3].map(Number);
}

/** Word i of a key, as kernels/random.ts orders them: element 16g + 4w + l is word w of block 4g + l. */
export function words64({ seed, stream = 0, step = 0 }: Key64): (i: number) => number {
  const blocks = new Map<number, number[]>();
  const halves = (value: number): number[] => [value % 2 ** 32, Math.floor(value / 2 ** 32)];
  return (i) => {
    const block = 4 * Math.floor(i / 16) + (i % 4);
    let words = blocks.get(block);
    if (!words) {
      words = philox64([block, stream, ...halves(step)], halves(seed));
      blocks.set(block, words);
    }
    return words[Math.floor((i % 16) / 4)];
  };
}

/** In [0, 1): the upper 24 bits of a word. */
const unit = (word: number): number => (word >>> 8) * 2 ** -24;

/** Element i of uniform numbers in [low, high). */
export function rand64(key: Key64, low = 0, high = 1): (i: number) => number {
  const word = words64(key);
  return (i) => low + (high - low) * unit(word(i));
}

/** Element i of standard normal numbers: Box–Muller on pairs of words four apart. */
export function randn64(key: Key64): (i: number) => number {
  const word = words64(key);
  return (i) => {
    const first = i - (i % 8) + (i % 4);
    const radius = Math.sqrt(-2 * Math.log(1 - unit(word(first))));
    const angle = 2 * Math.PI * unit(word(first + 4));
    return radius * (i % 8 < 4 ? Math.cos(angle) : Math.sin(angle));
  };
}

/** 0 … size − 1 in random order: Fisher and Yates's shuffle, from the end. */
export function permutation64(size: number, key: Key64): number[] {
  const word = words64(key);
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor((word(i) * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** x/(1 − p), or 0 with probability p. Its gradient is the same of dy. */
export function dropout64(p: number, key: Key64): (x: Operand64) => Elements64 {
  const word = words64(key);
  return ({ shape, data }) => ({ shape, at: (i) => (word(i) < p * 2 ** 32 ? 0 : data[i] / (1 - p)) });
}
