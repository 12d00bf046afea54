import { suite } from "uvu";
import * as assert from "uvu/assert";
import { timeKernels } from "../../bench/kernel_clock.ts";
import { CHECKS, runCheck } from "../../cli/doctor/self_test.ts";
import { words64 } from "../../cli/doctor/self_test_philox.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { withCorruptKernel } from "../support/corrupt_kernel.ts";

const test = suite("the self-test");

/** Exported for other kernels, which run them, or to say a size. */
const NOT_LAUNCHED = [
  ...["batch_norm2d_add_statistics_f32", "col2im_f32", "im2col_f32"],
  ...["norm_relu_max_pool2d_backward_f32", "norm_relu_mean_backward_f32"],
  ...["winograd_backward_end_f32", "winograd_backward_group_f32", "winograd_multiply_f32"],
  ...[
    "augment_scratch",
    "winograd_block_scratch",
    "winograd_group",
    "winograd_pair",
    "winograd_relu_pool_scratch",
    "winograd_scratch",
  ],
];
const HALF_A_SECOND = 500;

const launchedBy = new Map<string, (typeof CHECKS)[number][]>();

test("every operation is right, to the tolerance of its roundings", () => {
  for (const check of CHECKS) {
    const kernels = timeKernels(() => {
      const { isRight, ...result } = runCheck(check);
      assert.ok(isRight, `${check.name}: ${JSON.stringify(result)}`);
    });
    for (const kernel of kernels.keys()) launchedBy.set(kernel, [...(launchedBy.get(kernel) ?? []), check]);
  }
});

test("every kernel that the library launches is launched by it", () => {
  const idle = Object.keys(loadKernels().kernels).filter((kernel) => !launchedBy.has(kernel));
  assert.equal(idle.filter((kernel) => !NOT_LAUNCHED.includes(kernel)), []); // biome-ignore format: one line
});

test("whichever kernel computes something wrong, or nothing, it is noticed, and its checks named", () => {
  const unnoticed: string[] = [];
  for (const [kernel, checks] of launchedBy) {
    if (NOT_LAUNCHED.includes(kernel)) continue;
    const isNoticed = (["shift", "flip", "skip"] as const).some((corruption) =>
      checks.some((check) => !withCorruptKernel(kernel, corruption, () => runCheck(check)).isRight),
    );
    if (!isNoticed) unnoticed.push(kernel);
  }
  assert.equal(unnoticed, []);
});

test("a check that throws, or gives NaN or too few numbers, is wrong rather than lost", () => {
  const outcome = (actual: number[]) =>
    runCheck({ name: "x", compare: () => [{ what: "values", actual, expected: [1, 2], tolerance: 1 }] });
  assert.is(outcome([1, 2.5]).isRight, true);
  assert.equal(outcome([1, 2.5]).values, { error: 0.5, tolerance: 1 });
  assert.is(outcome([1, 3.5]).isRight, false);
  assert.is(outcome([1, Number.NaN]).isRight, false);
  assert.is(outcome([1]).isRight, false);
  const thrown = runCheck({
    name: "x",
    compare: () => {
      throw new Error("no memory");
    },
  });
  assert.equal([thrown.isRight, thrown.error], [false, "no memory"]);
});

test("its random words are Random123's known answers", () => {
  const first = words64(0, 0, 0, 16);
  assert.equal([first[0], first[4], first[8], first[12]], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

test("no check holds up the event loop for long", () => {
  const slowest = Math.max(
    ...CHECKS.map((check) => {
      const start = performance.now();
      runCheck(check);
      return performance.now() - start;
    }),
  );
  assert.ok(slowest < HALF_A_SECOND, `${slowest} ms`);
});

test.run();
