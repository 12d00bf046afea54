import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pairLoops } from "../../scripts/pair_loops.mjs";

const test = suite("loops in pairs, for the wide kernels");

/** Without what a formatter decides. */
const flat = (text: string): string => text.replace(/\s+/g, " ");

test("loads come first, then each statement twice, and what is left over as it stands", () => {
  const loop = `for (let i: usize = 0; i < c; i += 4) {
    const a = load4(x, i);
    const twice = f32x4.add(a, a);
    store4(y + step, i, f32x4.add(twice, load4(y, i)));
  }`;
  const expected = `{ let i: usize = 0;
    for (; i + 8 <= c; i += 8) {
      const loaded0 = load4(x, i);
      const loaded0Next = v128.load(x + ((i) << 2), 16);
      const loaded1 = load4(y, i);
      const loaded1Next = v128.load(y + ((i) << 2), 16);
      const a = loaded0;
      const aNext = loaded0Next;
      const twice = f32x4.add(a, a);
      const twiceNext = f32x4.add(aNext, aNext);
      store4(y + step, i, f32x4.add(twice, loaded1));
      v128.store(y + step + ((i) << 2), f32x4.add(twiceNext, loaded1Next), 16);
    }
    ${loop.replace("let i: usize = 0", "")} }`;
  assert.is(flat(pairLoops(loop)), flat(expected));
});

test("so does a loop of one statement that goes on from where it is", () => {
  const loop = "for (; i + 4 <= to; i += 4) store4(y, i, f32x4.max(load4(x, i), zero));";
  const paired = pairLoops(loop);
  assert.ok(paired.includes("for (; i + 8 <= to; i += 8) {"), paired);
  assert.ok(paired.includes("v128.store(y + ((i) << 2), f32x4.max(loaded0Next, zero), 16);"), paired);
  assert.ok(paired.endsWith(loop), paired);
});

for (const [what, loop] of [
  ["a branch", "for (let i: usize = 0; i < c; i += 4) { if (i > 4) store4(y, i, a); }"],
  ["another loop", "for (let i: usize = 0; i < c; i += 4) { for (let j = 0; j < 4; j++) store4(y, i, a); }"],
  ["an assignment", "for (let i: usize = 0; i < c; i += 4) { s = load4(x, i); }"],
  ["a call that may store", "for (let i: usize = 0; i < c; i += 4) { add(y, i, load4(x, i)); }"],
  ["its index elsewhere", "for (let i: usize = 0; i < c; i += 4) { store4(y, i, splat(x, i)); }"],
  ["another start", "for (let i = from; i < to; i += 4) { store4(y, i, a); }"],
  ["another step", "for (let i: usize = 0; i < c; i += 2) { store4(y, i, a); }"],
]) {
  test(`a loop with ${what} stays as it is`, () => {
    assert.is(pairLoops(loop), loop);
  });
}

test.run();
