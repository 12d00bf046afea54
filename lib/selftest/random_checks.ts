// The self-test of random numbers, and of dropout, which draws its mask.

import { dropout, permutation, rand, randn, STREAMS } from "../index.ts";
import { array64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkOp, checkValues } from "./check_op.ts";
import { words64 } from "./random64.ts";

const SIZE = 37;
const SEED = 3;
const P = 0.25;

const unit = (word: number): number => (word >>> 8) * 2 ** -24;

/** Box–Muller on pairs of words four apart. */
function normals64(words: readonly number[]): number[] {
  return Array.from({ length: SIZE }, (_, i) => {
    const first = i - (i % 8) + (i % 4);
    const radius = Math.sqrt(-2 * Math.log(1 - unit(words[first])));
    const angle = 2 * Math.PI * unit(words[first + 4]);
    return radius * (i % 8 < 4 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** Fisher–Yates. */
function shuffle64(words: readonly number[]): number[] {
  const order = Array.from({ length: SIZE }, (_, i) => i);
  for (let i = SIZE - 1; i > 0; i--) {
    const j = Math.floor((words[i] * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

let drawn: number[] | null = null;

/** Drawn once: the reference is asked for its values again and again. */
function dropWords(): number[] {
  drawn ??= words64(SEED, 0, 2, SIZE);
  return drawn;
}

export const RANDOM_CHECKS: readonly Check[] = [
  checkValues("rand", () => ({
    actual: [...rand([SIZE], { seed: SEED }).data],
    expected: words64(SEED, 0, 0, SIZE).map(unit),
    roundings: 0,
  })),
  checkValues("randn", () => ({
    actual: [...randn([SIZE], { seed: SEED }).data],
    // Words beyond the end, since a number may need the word four places on.
    expected: normals64(words64(SEED, 0, 0, SIZE + 4)),
    roundings: 4,
  })),
  checkValues("permutation", () => ({
    actual: permutation(SIZE, { seed: SEED }),
    expected: shuffle64(words64(SEED, STREAMS.shuffle, 0, SIZE)),
    roundings: 0,
  })),
  checkOp({
    name: "dropout",
    op: (x) => dropout(x, { p: P, seed: SEED, step: 2 }),
    reference: (x) => array64([SIZE], (i) => (dropWords()[i] < P * 2 ** 32 ? 0 : x.data[i] / (1 - P))),
    shapes: [[SIZE]],
    maxTerm: 2,
  }),
];
