import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Trials } from "../../lib/runtime/trials.ts";

const test = suite("Trials");

/** Launches that take so long alone and shared. @returns how many of them were trials, and how many were shared */
function launch(trials: Trials, slot: number, times: number, alone: () => number, shared: () => number) {
  const seen = { trials: 0, shared: 0 };
  for (let i = 0; i < times; i++) {
    const isTrial = trials.isDue(slot);
    const isShared = isTrial ? trials.isOfShared(slot) : trials.isFasterShared(slot);
    if (isTrial) trials.record(slot, isShared ? shared() : alone());
    seen.trials += Number(isTrial);
    seen.shared += Number(isShared);
  }
  return seen;
}

const slot = new Trials().slotOf(7, 120);

test("a launch that is faster alone is not shared any more after sixteen trials", () => {
  const seen = launch(new Trials(), slot, 1000, () => 0.003, () => 0.005); // biome-ignore format: one line
  assert.equal(seen, { trials: 16, shared: 8 });
});

test("one that is faster shared is shared, though some of its trials were held up", () => {
  let trial = 0;
  const seen = launch(new Trials(), slot, 1000, () => 0.05, () => (trial++ % 2 ? 0.03 : 4)); // biome-ignore format: one line
  assert.equal(seen, { trials: 16, shared: 992 });
});

test("a long one is shared without more trials than one", () => {
  const seen = launch(new Trials(), slot, 1000, () => 0.5, () => 9); // biome-ignore format: one line
  assert.equal(seen, { trials: 1, shared: 999 });
});

test("what was found is tried anew after a thousand launches, and forgotten", () => {
  const trials = new Trials();
  launch(trials, slot, 1000, () => 0.003, () => 0.005); // biome-ignore format: one line
  const seen = launch(trials, slot, 1000, () => 0.005, () => 0.004); // biome-ignore format: one line
  assert.is(seen.trials, 16);
  assert.ok(seen.shared > 900, `${seen.shared} of 1000 shared`);
});

test("while a worker pauses, launches that were not tried yet are shared", () => {
  const trials = new Trials();
  for (let i = 0; i < 100; i++) assert.ok(trials.isFasterShared(slot));
  assert.ok(trials.isDue(slot));
});

test("kernels and counts get slots of their own", () => {
  const trials = new Trials();
  const slots = new Set(Array.from({ length: 64 }, (_, i) => trials.slotOf(i % 8, 64 << (i >> 3))));
  assert.ok(slots.size > 40, `${slots.size} slots for 64 kinds`);
});

test.run();
