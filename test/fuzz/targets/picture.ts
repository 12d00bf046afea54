// Pictures of any content and size, brought to MNIST's form.
//
// Garbage: other than 28 × 28 pixels, a blank one with ink in it, or ink without a peak; warnings that are none.

import { type PreprocessedDigit, preprocessDigit } from "../../../data/index.ts";
import { OptionError } from "../../../lib/base/errors.ts";
import { concat } from "../mutate_bytes.ts";
import type { Random } from "../random.ts";
import type { FuzzTarget } from "../target.ts";

export const target: FuzzTarget<PreprocessedDigit> = {
  name: "picture",
  errors: [OptionError],
  mutate: (random) => {
    const [width, height] = sizeOf(random);
    const header = Uint8Array.of(width & 255, width >> 8, height & 255, height >> 8);
    const pixels = pixelsOf(random, width, height);
    return concat(header, random.oneIn(40) ? pixels.subarray(0, random.below(pixels.length + 1)) : pixels);
  },
  read: (input) => {
    const [a = 0, b = 0, c = 0, d = 0] = input;
    return preprocessDigit({ width: a + 256 * b, height: c + 256 * d, data: input.subarray(4) });
  },
  garbage: (digit) => digitFault(digit),
  describe: ({ isBlank, warnings }) => (isBlank ? "blank" : `a digit, ${warnings.length} warnings`),
  leastRefusals: 1,
};

export function digitFault({ pixels, warnings, isBlank }: PreprocessedDigit): string | null {
  if (!(pixels instanceof Uint8Array) || pixels.length !== 784) return "other than 28 × 28 pixels";
  if (isBlank !== pixels.every((value) => value === 0))
    return isBlank ? "a blank picture with ink" : "a digit without ink";
  if (!isBlank && pixels.reduce((max, value) => Math.max(max, value), 0) < 200) return "ink that was not stretched";
  const isLine = (text: unknown): boolean => typeof text === "string" && /^[^\n]{3,100}$/.test(text);
  return warnings.every(isLine) ? null : "a warning that is none";
}

function sizeOf(random: Random): [width: number, height: number] {
  if (random.oneIn(60))
    return random.pick([
      [1, 1],
      [1, 2000],
      [2000, 1],
      [0, 0],
      [300, 200],
      [2, 40_000],
      [65535, 1],
    ]);
  const side = (): number => (random.oneIn(20) ? random.between(1, 120) : random.between(1, 30));
  return random.oneIn(4) ? [28, 28] : [side(), side()];
}

/** Noise, planes, or rectangles of any colour and transparency. */
function pixelsOf(random: Random, width: number, height: number): Uint8Array {
  const data = new Uint8Array(4 * width * height);
  if (random.oneIn(8)) return data.map(() => random.next() & 255);
  fill(data, width, [0, 0, width, height], colour(random));
  for (let n = random.below(4); n > 0; n--) {
    const [x, y] = [random.below(width), random.below(height)];
    fill(data, width, [x, y, random.between(x, width), random.between(y, height)], colour(random));
  }
  return data;
}

function colour(random: Random): number[] {
  const grey = random.pick([0, 255, 127, 128, 10, 12, 13, random.next() & 255]);
  const alpha = random.oneIn(6) ? random.next() & 255 : 255;
  return random.oneIn(2) ? [grey, grey, grey, alpha] : [...random.bytes(3), alpha];
}

function fill(data: Uint8Array, width: number, [left, top, right, bottom]: number[], rgba: number[]): void {
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) data.set(rgba, 4 * (y * width + x));
}
