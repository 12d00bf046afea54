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

test("variables and loops within go along: the inner one runs once, for all eight", () => {
  const loop = `for (let i: usize = 0; i < c; i += 4) {
    let sum = zero4();
    for (let at = x; at < end; at += step) sum = f32x4.add(sum, load4(at, i));
    store4(y, i, sum);
  }`;
  const expected = `for (; i + 8 <= c; i += 8) {
      let sum = zero4();
      let sumNext = zero4();
      for (let at = x; at < end; at += step) {
        const loaded0 = load4(at, i);
        const loaded0Next = v128.load(at + ((i) << 2), 16);
        sum = f32x4.add(sum, loaded0);
        sumNext = f32x4.add(sumNext, loaded0Next);
      }
      store4(y, i, sum);
      v128.store(y + ((i) << 2), sumNext, 16);
    }`;
  assert.ok(flat(pairLoops(loop)).includes(flat(expected)), pairLoops(loop));
});

test("bytes are loaded once, and made integers in two halves", () => {
  const paired = pairLoops("for (let i: usize = 0; i < c; i += 4) store4(y, i, load4U8(x + at, i));");
  assert.ok(paired.includes("const loaded0Bytes = v128.load_ext<u8>(x + at + i);"), paired);
  assert.ok(paired.includes("v128.store(y + ((i) << 2), loaded0Next, 16);"), paired);
});

for (const [what, loop] of [
  ["a branch", "for (let i: usize = 0; i < c; i += 4) { if (i > 4) store4(y, i, a); }"],
  [
    "a loop that counts with its own index",
    "for (let i: usize = 0; i < c; i += 4) { for (let j = i; j < 4; j++) s = a; }",
  ],
  ["an assignment to what is not its own", "for (let i: usize = 0; i < c; i += 4) { s = load4(x, i); }"],
  ["a call that may store", "for (let i: usize = 0; i < c; i += 4) { add(y, i, load4(x, i)); }"],
  ["a load that is the same each time", "for (let i: usize = 0; i < c; i += 4) { store4(y, i, load4(x, 0)); }"],
  ["a load of every other vector", "for (let i: usize = 0; i < c; i += 4) { store4(y, i, load4(x, 2 * i)); }"],
  ["a store of every other vector", "for (let i: usize = 0; i < c; i += 4) { store4(y, i + i, load4(x, i)); }"],
  [
    "a load from where its own variable says",
    "for (let i: usize = 0; i < c; i += 4) { const p = load<usize>(x); store4(y, i, load4(p, i)); }",
  ],
  ["its index elsewhere", "for (let i: usize = 0; i < c; i += 4) { store4(y, i, splat(x, i)); }"],
  ["another start", "for (let i = from; i < to; i += 4) { store4(y, i, a); }"],
  ["another step", "for (let i: usize = 0; i < c; i += 2) { store4(y, i, a); }"],
]) {
  test(`a loop with ${what} stays as it is`, () => {
    assert.is(pairLoops(loop), loop);
  });
}

test.run();
