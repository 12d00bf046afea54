import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { dropout } from "../../lib/ops/dropout.ts";
import { permutation, rand, randn } from "../../lib/ops/random.ts";
import { sum } from "../../lib/ops/sum.ts";
import { array64 } from "../../lib/selftest/array64.ts";
import { statistics64 } from "../../lib/selftest/layers64.ts";
import { randn64 } from "../../lib/selftest/random64.ts";
import { ones } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule } from "../support/kernel_module.ts";

const SIZE = 1 << 16;

/** The words behind element i, from the kernel that the known answers check. */
function wordsOf(seed: number, size: number): Uint32Array {
  const module = new KernelModule();
  const y = module.output(size);
  module.kernels.random_u32(y.ptr, 0, 0, 0, 0, seed, 0, 0, size);
  return Uint32Array.from(new Uint32Array(y.data.buffer, y.data.byteOffset, size));
}

function moments(values: Float32Array): { mean: number; variance: number } {
  const { mean, variance } = statistics64({ shape: [values.length, 1], data: values });
  return { mean: mean[0], variance: variance[0] };
}

const test = suite("random");

test("rand is the upper 24 bits of the word, scaled", () => {
  const { data } = rand([100], { seed: 3 });
  assert.equal(
    [...data],
    [...wordsOf(3, 100)].map((word) => (word >>> 8) * 2 ** -24),
  );
});

test("rand fills its range evenly", () => {
  const { data } = rand([SIZE], { seed: 1, low: -2, high: 4 });
  const { mean, variance } = moments(data);
  // Five standard errors of each statistic.
  expectClose([mean], [1], 5 * Math.sqrt(3 / SIZE));
  expectClose([variance], [3], 5 * Math.sqrt(7.2 / SIZE));
  assert.ok(data.every((value) => value >= -2 && value <= 4));
});

test("randn is Box–Muller's formula, to f32 rounding", () => {
  const { data } = randn([SIZE], { seed: 9 });
  expectClose(data, array64([SIZE], randn64({ seed: 9 })).data, 1.5e-6);
});

test("randn has the mean and the deviation asked for", () => {
  const { mean, variance } = moments(randn([SIZE], { seed: 2, mean: 3, deviation: 0.5 }).data);
  expectClose([mean], [3], 5 * Math.sqrt(0.25 / SIZE));
  expectClose([variance], [0.25], 5 * Math.sqrt(0.125 / SIZE));
});

test("randn draws the same bits in both kernel variants", () => {
  const drawn = (["simd", "relaxed"] as const).map((variant) => {
    const module = new KernelModule(variant);
    const y = module.output(1000);
    module.kernels.random_normal_f32(y.ptr, 0, 1, 0, 0, 0, 0, 7, 0, 0, 1000);
    return [...y.data];
  });
  assert.equal(drawn[0], drawn[1]);
});

test("element i depends on (seed, stream, step, i), not on the size of the tensor", () => {
  assert.equal([...rand([9], { seed: 1 }).data], [...rand([33], { seed: 1 }).data.subarray(0, 9)]);
});

test("another seed, stream or step draws other numbers, also above 2³²", () => {
  const draws = [
    { seed: 1 },
    { seed: 2 },
    { seed: 1 + 2 ** 32 },
    { seed: 1, stream: 1 },
    { seed: 1, step: 1 },
    { seed: 1, step: 2 ** 32 },
  ].map((key) => rand([4], key).data.join());
  assert.is(new Set(draws).size, draws.length);
});

test("a permutation holds every index once, and the same key gives the same", () => {
  for (const n of [0, 1, 2, 17, 1000]) {
    const order = permutation(n, { seed: 4, step: 2 });
    assert.equal(
      [...order].sort((a, b) => a - b),
      [...Array(n).keys()],
    );
    assert.equal(order, permutation(n, { seed: 4, step: 2 }));
  }
  assert.not.equal(permutation(1000, { seed: 4, step: 2 }), permutation(1000, { seed: 4, step: 3 }));
});

test("every permutation of three is equally likely", () => {
  const counts = new Map<string, number>();
  for (let step = 0; step < 6000; step++) {
    const order = permutation(3, { seed: 0, step }).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.is(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 5 * Math.sqrt(1000), `${count} of 6000`);
});

test("a seed that is not an integer ≥ 0, or bounds that are not finite, are refused", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => rand([1], { seed }), isOptionError(/seed/));
  assert.throws(
    () => rand([1], { seed: 0, high: Number.POSITIVE_INFINITY }),
    isOptionError(/rand: high must be a finite number; got Infinity/),
  );
  assert.throws(() => randn([1], { seed: 0, deviation: Number.NaN }), isOptionError(/deviation/));
  assert.throws(() => permutation(-1, { seed: 0 }), isOptionError(/n must be an integer/));
  assert.throws(() => permutation(3, { seed: 0, stream: 2 ** 32 }), isOptionError(/stream/));
  assert.throws(() => rand([1], { sead: 0 } as never), isOptionError(/no option sead; did you mean seed\?/));
});

test("without a seed each call draws other numbers, and does not meet those of a seed near 0", () => {
  const drawn = [rand([4]), rand([4]), rand([4], { seed: 0 }), rand([4], { seed: 1 })].map(({ data }) =>
    [...data].join(),
  );
  assert.is(new Set(drawn).size, 4);
  assert.not.equal(randn([4]).data, randn([4]).data);
  assert.not.equal(permutation(100), permutation(100));
  assert.not.equal(dropout(ones([100]), { p: 0.5 }).data, dropout(ones([100]), { p: 0.5 }).data);
});

test("without a seed dropout's gradient goes through the mask of its own forward", () => {
  const x = ones([100]);
  x.requiresGrad = true;
  const y = dropout(x, { p: 0.5 });
  backward(sum(y));
  assert.equal(x.grad?.data, y.data);
});

function isOptionError(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof OptionError && pattern.test(error.message);
}

test.run();
