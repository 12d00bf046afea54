// The self-test of random numbers, and of dropout, which draws its mask.

import { dropout, permutation, rand, randn, STREAMS } from "../index.ts";
import type { Check } from "./check.ts";
import { checkOp, checkValues } from "./check_op.ts";
import { dropout64, permutation64, rand64, randn64 } from "./random64.ts";

const SIZE = 37;
const SEED = 3;
const P = 0.25;
const [uniform, normal] = [rand64({ seed: SEED }), randn64({ seed: SEED })];

export const RANDOM_CHECKS: readonly Check[] = [
  checkValues("rand", () => ({
    actual: [...rand([SIZE], { seed: SEED }).data],
    expected: Float64Array.from({ length: SIZE }, (_, i) => uniform(i)),
    roundings: 0,
  })),
  checkValues("randn", () => ({
    actual: [...randn([SIZE], { seed: SEED }).data],
    expected: Float64Array.from({ length: SIZE }, (_, i) => normal(i)),
    roundings: 4,
  })),
  checkValues("permutation", () => ({
    actual: permutation(SIZE, { seed: SEED }),
    expected: permutation64(SIZE, { seed: SEED, stream: STREAMS.shuffle }),
    roundings: 0,
  })),
  checkOp({
    name: "dropout",
    op: (x) => dropout(x, { p: P, seed: SEED, step: 2 }),
    reference: dropout64(P, { seed: SEED, step: 2 }),
    shapes: [[SIZE]],
    maxTerm: 2,
  }),
];
