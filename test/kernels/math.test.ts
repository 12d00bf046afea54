import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Kernels } from "../../build/kernels.js";
import { sigmoid64 } from "../../lib/selftest/ops64.ts";
import { expectClose } from "../support/expect_close.ts";
import { KernelModule, TAIL_SIZES } from "../support/kernel_module.ts";

type Unary = "exp_f32" | "log_f32" | "tanh_f32" | "sigmoid_f32";

interface Function64 {
  kernel: Unary & keyof Kernels;
  exact: (x: number) => number;
  /** The largest errors in ulp, [simd, relaxed], as kernels/shared/math.ts states them, rounded up. */
  limit: readonly [number, number];
}

const FUNCTIONS: readonly Function64[] = [
  { kernel: "exp_f32", exact: Math.exp, limit: [0.94, 0.98] },
  { kernel: "log_f32", exact: Math.log, limit: [0.76, 0.75] },
  { kernel: "tanh_f32", exact: Math.tanh, limit: [1.13, 1.13] },
  { kernel: "sigmoid_f32", exact: sigmoid64, limit: [1.96, 1.96] },
];

/** Every sign and exponent, subnormals included, and between them 512 mantissas; then [-110, 110] densely. */
const SWEEP = sweep();

function sweep(): Float32Array {
  const bits = new Uint32Array(2 * 255 * 512 + 220_000);
  let at = 0;
  for (const sign of [0, 0x80000000]) {
    for (let exponent = 0; exponent < 255; exponent++) {
      for (let i = 0; i < 512; i++) bits[at++] = sign + exponent * 2 ** 23 + ((i * 16411 + 1) % 2 ** 23);
    }
  }
  const values = new Float32Array(bits.buffer);
  for (let i = 0; at < values.length; at++, i++) values[at] = -110 + i * 0.001;
  return values;
}

/** The distance between neighbouring f32 numbers around x. */
function ulp(x: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);
}

function run(module: KernelModule, kernel: Unary, x: ArrayLike<number>): Float32Array {
  const input = module.put(x);
  const output = module.output(x.length);
  module.kernels[kernel](output.ptr, input.ptr, 0, x.length);
  module.checkCanaries();
  return output.data;
}

const INF = Number.POSITIVE_INFINITY;
const MAX = 3.4028234663852886e38;

for (const [index, variant] of (["simd", "relaxed"] as const).entries()) {
  const test = suite(`exp, log, tanh, sigmoid (${variant})`);

  for (const { kernel, exact, limit } of FUNCTIONS) {
    test(`${kernel} stays within ${limit[index]} ulp over all exponents`, () => {
      const y = run(new KernelModule(variant), kernel, SWEEP);
      let worst = 0;
      let where = 0;
      for (let i = 0; i < SWEEP.length; i++) {
        const expected = exact(SWEEP[i]);
        const rounded = Math.fround(expected);
        if (!Number.isFinite(rounded)) {
          assert.ok(Object.is(y[i], rounded), `${kernel}(${SWEEP[i]}) is ${y[i]}, expected ${rounded}`);
          continue;
        }
        const error = expected === 0 ? (y[i] === 0 ? 0 : INF) : Math.abs(y[i] - expected) / ulp(expected);
        if (!(error <= worst)) [worst, where] = [error, SWEEP[i]];
      }
      assert.ok(worst <= limit[index], `${worst} ulp at ${where}`);
    });

    test(`${kernel} gives the same bits wherever the range is cut, and writes nothing outside`, () => {
      const module = new KernelModule(variant);
      for (const size of TAIL_SIZES) {
        const x = SWEEP.subarray(60_000, 60_000 + size);
        const whole = run(module, kernel, x);
        const input = module.put(x);
        const cut = module.output(size);
        const at = Math.floor(size / 3);
        module.kernels[kernel](cut.ptr, input.ptr, 0, at);
        module.kernels[kernel](cut.ptr, input.ptr, at, size);
        module.checkCanaries();
        expectClose(cut.data, whole, 0, `size ${size}`);
      }
    });
  }

  test("NaN stays NaN; infinities, zeros and the ends of the range are exact", () => {
    const module = new KernelModule(variant);
    const x = [Number.NaN, INF, -INF, 0, -0, MAX, -MAX, 1e-45, -1e-45];
    const N = Number.NaN;
    const same = (kernel: Unary, expected: number[]) => {
      const y = run(module, kernel, x);
      expected.forEach((value, i) => {
        assert.ok(Object.is(y[i], Math.fround(value)), `${kernel}(${x[i]}) is ${y[i]}, expected ${value}`);
      });
    };
    same("exp_f32", [N, INF, 0, 1, 1, INF, 0, 1, 1]);
    same("log_f32", [N, INF, N, -INF, -INF, Math.log(MAX), N, Math.log(2 ** -149), N]);
    same("tanh_f32", [N, 1, -1, 0, -0, 1, -1, 1e-45, -1e-45]);
    same("sigmoid_f32", [N, 1, 0, 0.5, 0.5, 1, 0, 0.5, 0.5]);
  });

  test.run();
}
