import { suite } from "uvu";
import * as assert from "uvu/assert";
import { philox64 } from "../../lib/selftest/random64.ts";
import { KernelModule } from "../support/kernel_module.ts";

/** Random123's kat_vectors for philox4x32, 10 rounds: counter, key, words. */
const KNOWN_ANSWERS = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const;

/** What outputs are filled with. */
const [NAN_BITS] = new Uint32Array(new Float32Array([Number.NaN]).buffer);

function words(module: KernelModule, size: number, counter: readonly number[], key: readonly number[], cuts: number[]) {
  const y = module.output(size);
  const bounds = [0, ...cuts, size];
  const [block, stream, stepLow, stepHigh] = counter;
  for (let i = 1; i < bounds.length; i++) {
    module.kernels.random_u32(y.ptr, block, stream, stepLow, stepHigh, key[0], key[1], bounds[i - 1], bounds[i]);
  }
  module.checkCanaries();
  return [...new Uint32Array(y.data.buffer, y.data.byteOffset, size)];
}

for (const variant of ["simd", "relaxed"] as const) {
  const test = suite(`random_u32 (${variant})`);

  test("the first block's words are Random123's known answers", () => {
    const module = new KernelModule(variant);
    for (const [counter, key, expected] of KNOWN_ANSWERS) {
      const drawn = words(module, 16, counter, key, []);
      assert.equal([drawn[0], drawn[4], drawn[8], drawn[12]], [...expected]);
    }
  });

  test("element 16g + 4w + l is word w of block first + 4g + l", () => {
    const drawn = words(new KernelModule(variant), 64, [5, 7, 11, 13], [17, 19], []);
    const expected = drawn.map((_, i) => {
      const block = 5 + 4 * Math.floor(i / 16) + (i % 4);
      return philox64([block, 7, 11, 13], [17, 19])[Math.floor((i % 16) / 4)];
    });
    assert.equal(drawn, expected);
  });

  test("no cut of the range changes a word, wherever it falls", () => {
    const module = new KernelModule(variant);
    const whole = words(module, 53, [1, 2, 3, 4], [5, 6], []);
    for (let cut = 0; cut <= 53; cut++) {
      assert.equal(words(module, 53, [1, 2, 3, 4], [5, 6], [cut, Math.min(53, cut + 6)]), whole, `cut at ${cut}`);
    }
  });

  test("nothing outside the range is written, wherever it begins and ends", () => {
    const module = new KernelModule(variant);
    for (let from = 0; from <= 17; from++) {
      for (const to of [from, from + 1, from + 3, from + 6, 33]) {
        const y = module.output(33);
        module.kernels.random_u32(y.ptr, 1, 2, 3, 4, 5, 6, from, to);
        const written = [...y.data.keys()].filter((i) => new Uint32Array(y.data.buffer, y.ptr, 33)[i] !== NAN_BITS);
        assert.equal(written, [...y.data.keys()].slice(from, to), `[${from}, ${to})`);
      }
    }
  });

  test.run();
}
