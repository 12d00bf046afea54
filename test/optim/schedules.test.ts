import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { constantLr, cosineLr, oneCycleLr, type Schedule, stepLr } from "../../lib/optim/schedules.ts";
import fixture from "../fixtures/optim.json" with { type: "json" };
import { expectClose } from "../support/expect_close.ts";

const test = suite("schedules");

function follow(schedule: Schedule, steps: number): number[] {
  return Array.from({ length: steps }, (_, step) => schedule(step));
}

test("constantLr is constant", () => {
  assert.equal(follow(constantLr({ lr: 0.2 }), 3), [0.2, 0.2, 0.2]);
});

test("stepLr is PyTorch's StepLR", () => {
  expectClose(follow(stepLr({ lr: 1, every: 3, factor: 0.5 }), 10), fixture.stepLr, 1e-15);
});

test("whatever the step, a schedule answers at once", () => {
  const schedule = stepLr({ lr: 1, every: 1, factor: 1 - 2 ** -53 });
  for (const step of [2 ** 24 + 1, 2 ** 53 - 1, 1e300, Number.POSITIVE_INFINITY, Number.NaN]) {
    const begun = performance.now();
    assert.throws(() => schedule(step), /^stepLr: step must be a number up to 16777216; got /);
    assert.ok(performance.now() - begun < 1000, String(step));
  }
  assert.throws(() => stepLr({ lr: 1, every: 2 ** 40 })(2 ** 54), /up to 9007199254740991/);
  assert.is(stepLr({ lr: 1, every: 2 ** 50, factor: 0.5 })(2 ** 53 - 1), 2 ** -7);
});

test("cosineLr without a warm-up is PyTorch's CosineAnnealingLR", () => {
  expectClose(follow(cosineLr({ lr: 1, totalSteps: 10, minLr: 0.1 }), 10), fixture.cosineLr, 1e-13);
});

test("cosineLr rises in equal parts to lr, then falls to minLr and stays there", () => {
  const schedule = cosineLr({ lr: 1, totalSteps: 14, warmupSteps: 4, minLr: 0.1 });
  assert.equal(follow(schedule, 5), [0.25, 0.5, 0.75, 1, 1]);
  const fall = Array.from({ length: 10 }, (_, i) => schedule(i + 4));
  expectClose(fall, fixture.cosineLr, 1e-13);
  assert.equal([schedule(14), schedule(99)], [0.1, 0.1]);
});

test("a warm-up may take all steps", () => {
  assert.equal(follow(cosineLr({ lr: 1, totalSteps: 2, warmupSteps: 2 }), 4), [0.5, 1, 0, 0]);
});

test("oneCycleLr is PyTorch's OneCycleLR, with its defaults and without", () => {
  expectClose(follow(oneCycleLr({ maxLr: 0.5, totalSteps: 20 }), 20), fixture.oneCycleLr, 1e-14);
  const options = { maxLr: 2, totalSteps: 13, pctStart: 0.45, divFactor: 10, finalDivFactor: 50 };
  expectClose(follow(oneCycleLr(options), 13), fixture.oneCycleLrOptions, 1e-14);
});

test("oneCycleLr of one or two steps, and past its end, is finite", () => {
  for (const totalSteps of [1, 2, 3]) {
    assert.ok(follow(oneCycleLr({ maxLr: 1, totalSteps }), 5).every((rate) => rate > 0 && rate <= 1));
  }
});

test("options outside their range are refused", () => {
  const refused: [() => unknown, RegExp][] = [
    [() => constantLr({ lr: Number.NaN }), /^constantLr: lr must be a finite number ≥ 0; got NaN\.$/],
    [() => stepLr({ lr: 1, every: 0 }), /every must be an integer ≥ 1; got 0/],
    [() => stepLr({ lr: 1, every: 1, factor: -1 }), /factor/],
    [() => cosineLr({ lr: 1, totalSteps: 3, warmupSteps: 4 }), /warmupSteps must be an integer from 0 to 3; got 4/],
    [() => cosineLr({ lr: 1, totalSteps: 2.5 }), /totalSteps/],
    [() => oneCycleLr({ maxLr: -1, totalSteps: 3 }), /maxLr/],
    [() => oneCycleLr({ maxLr: 1, totalSteps: 3, pctStart: 2 }), /pctStart must be in \[0, 1\]/],
    [() => oneCycleLr({ maxLr: 1, totalSteps: 3, divFactor: 0 }), /divFactor/],
  ];
  for (const [make, pattern] of refused) {
    assert.throws(make, (error: unknown) => error instanceof OptionError && pattern.test(error.message));
  }
});

test.run();
