import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BackOff } from "../../lib/runtime/back_off.ts";

const test = suite("BackOff");

/** Launches a millisecond apart, all late, until a worker less helps. @returns when */
function lateUntilPause(backOff: BackOff, from: number): number {
  const { helpers } = backOff;
  for (let now = from; now < from + 300; now++) {
    backOff.begin(now);
    backOff.late(now, 0);
    if (backOff.helpers < helpers) return now;
  }
  throw new Error("nobody pauses");
}

/** @returns when a worker more helps */
function timeOfReturn(backOff: BackOff, from: number): number {
  const { helpers } = backOff;
  for (let now = from; ; now++) {
    backOff.begin(now);
    if (backOff.helpers > helpers) return now;
  }
}

test("late launches for forty milliseconds make one worker pause; one now and then, among launches in time, does not", () => {
  const backOff = new BackOff(3);
  for (let launch = 0; launch < 1000; launch++) {
    if (launch % 5 === 0) backOff.late(launch, 0);
    else backOff.onTime(0.6);
  }
  assert.is(backOff.helpers, 3);
  assert.is(lateUntilPause(backOff, 1000), 1040);
  assert.is(backOff.helpers, 2);
});

test("a burst shorter than that makes nobody pause, as when the system moves a thread to an idle processor", () => {
  const backOff = new BackOff(1);
  for (let now = 0; now < 40; now++) backOff.late(now, 4);
  for (let launch = 0; launch < 80; launch++) backOff.onTime(0.1);
  backOff.late(50, 2);
  assert.is(backOff.helpers, 1);
});

test("the pause doubles each time that trouble is met soon after, up to a second", () => {
  const backOff = new BackOff(1);
  const pauses = [];
  let now = 0;
  for (let i = 0; i < 8; i++) {
    const pausedAt = lateUntilPause(backOff, now);
    now = timeOfReturn(backOff, pausedAt);
    pauses.push(now - pausedAt);
  }
  assert.equal(pauses, [16, 32, 64, 128, 256, 512, 1024, 1024]);
});

test("after a while without trouble the next pause is short again", () => {
  const backOff = new BackOff(1);
  let now = 0;
  for (let i = 0; i < 5; i++) now = timeOfReturn(backOff, lateUntilPause(backOff, now));
  const pausedAt = lateUntilPause(backOff, now + 200);
  assert.is(timeOfReturn(backOff, pausedAt) - pausedAt, 16);
});

test("never fewer than none pause, and all come back, one after another", () => {
  const backOff = new BackOff(3);
  for (let now = 0; now < 300; now++) backOff.late(now, 4);
  assert.is(backOff.helpers, 0);
  const returns = [1, 2, 3].map(() => timeOfReturn(backOff, 300));
  assert.is(backOff.helpers, 3);
  assert.ok(returns[0] < returns[1] && returns[1] < returns[2], `${returns}`);
});

test.run();
