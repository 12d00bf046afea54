import { suite } from "uvu";
import * as assert from "uvu/assert";
import { timeKernels } from "../../bench/kernel_clock.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { type CheckResult, runCheck } from "../../lib/selftest/check.ts";
import { words64 } from "../../lib/selftest/random64.ts";
import { CHECKS, selfTest } from "../../lib/selftest/self_test.ts";
import { withCorruptKernel } from "../support/corrupt_kernel.ts";

const test = suite("the self-test");

/** Exported for other kernels, which run them, or to say how the host rounds. */
const NOT_LAUNCHED = [
  "multiply_add_f32",
  "batch_norm2d_add_statistics_f32",
  ...["norm_relu_max_pool2d_backward_f32", "norm_relu_mean_backward_f32"],
  ...["winograd_backward_end_f32", "winograd_backward_group_f32"],
];
const HALF_A_SECOND = 500;

const launchedBy = new Map<string, (typeof CHECKS)[number][]>();

test("every operation is right, to the tolerance of its roundings", () => {
  for (const check of CHECKS) {
    const kernels = timeKernels(() => {
      const { passed, ...result } = runCheck(check);
      assert.ok(passed, `${check.name}: ${JSON.stringify(result)}`);
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
      checks.some((check) => !withCorruptKernel(kernel, corruption, () => runCheck(check)).passed),
    );
    if (!isNoticed) unnoticed.push(kernel);
  }
  assert.equal(unnoticed, []);
});

test("a check that throws, or gives NaN or too few numbers, is wrong rather than lost", () => {
  const outcome = (actual: number[]) =>
    runCheck({ name: "x", group: "y", compare: () => [{ what: "values", actual, expected: [1, 2], tolerance: 1 }] });
  assert.is(outcome([1, 2.5]).passed, true);
  assert.equal(outcome([1, 2.5]).values, { error: 0.5, tolerance: 1 });
  assert.is(outcome([1, 3.5]).passed, false);
  assert.is(outcome([1, Number.NaN]).passed, false);
  assert.is(outcome([1]).passed, false);
  const thrown = runCheck({
    name: "x",
    group: "y",
    compare: () => {
      throw new Error("no memory");
    },
  });
  assert.equal([thrown.passed, thrown.problem], [false, "no memory"]);
});

test("its random words are Random123's known answers", () => {
  const word = words64({ seed: 0 });
  assert.equal([0, 4, 8, 12].map(word), [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
});

test("selfTest runs every check, reports each as it ends, and says what it ran on", async () => {
  const seen: CheckResult[] = [];
  const { passed, results, seconds, runtime } = await selfTest({ onCheck: (result) => seen.push(result) });
  assert.is(passed, true);
  assert.equal(seen, results);
  assert.equal(
    results.map(({ name, group }) => [name, group]),
    CHECKS.map(({ name, group }) => [name, group]),
  );
  assert.is(new Set(results.map(({ name }) => name)).size, results.length);
  assert.ok(results.every((result) => result.seconds > 0 && result.problem === null));
  assert.ok(seconds >= results.reduce((sum, result) => sum + result.seconds, 0));
  assert.equal([runtime?.variant, runtime?.threads], [loadKernels().variant, 1]);
});

test("filter chooses by name and group; one that leaves nothing is refused, since nothing would be tested", async () => {
  const { passed, results } = await selfTest({
    filter: ({ group, name }) => group === "layers" && /conv2d/.test(name),
  });
  assert.is(passed, true);
  assert.ok(results.length > 1 && results.every(({ name }) => name.startsWith("conv2d")));
  await selfTest({ filter: () => false }).then(
    () => assert.unreachable(),
    (error: unknown) => {
      assert.instance(error, OptionError);
      assert.match((error as Error).message, /^selfTest: filter leaves none of the \d+ checks; let some through\.$/);
    },
  );
});

test("an option of another name is refused, and a filter that is no function", async () => {
  for (const [options, message] of [
    [{ onResult() {} }, /^selfTest: there is no option onResult/],
    [{ signal: 5 }, /^selfTest: signal must be an AbortSignal; got 5\.$/],
    [{ filter: "layers" }, /^selfTest: filter must be a function; got "layers"\.$/],
  ] as const) {
    const error: unknown = await selfTest(options as object).catch((reason) => reason);
    assert.instance(error, OptionError);
    assert.match((error as Error).message, message);
  }
});

test("the signal ends it between two checks, with its reason; other tasks run meanwhile", async () => {
  const controller = new AbortController();
  let count = 0;
  const timer = setTimeout(() => controller.abort(new Error("enough")), 0);
  const error = await selfTest({ signal: controller.signal, onCheck: () => count++ }).catch((reason) => reason);
  clearTimeout(timer);
  assert.is(error.message, "enough");
  assert.ok(count > 0 && count < CHECKS.length, `${count} checks`);
});

test("a kernel that computes something wrong fails the report, and the checks that use it", async () => {
  const { passed, results } = await withCorruptKernel("relu_f32", "shift", () => selfTest());
  assert.is(passed, false);
  const failed = results.filter((result) => !result.passed).map(({ name }) => name);
  assert.ok(failed.includes("relu") && !failed.includes("add"), `${failed}`);
});

test("no check holds up the event loop for long", () => {
  for (const check of CHECKS) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    runCheck(check);
    const { user, system } = process.cpuUsage(before);
    // By the processor's time, where it is less than the clock's: others may keep the machine busy. No check waits.
    const timeMs = Math.min(performance.now() - start, (user + system) / 1000);
    assert.ok(timeMs < HALF_A_SECOND, `${check.name}: ${timeMs} ms`);
  }
});

test.run();
