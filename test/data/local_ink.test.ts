// The ink of a picture against its definition: the paper's shade is the smallest, over all windows that hold the pixel, of the
// largest within each.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { localInk } from "../../data/picture/local_ink.ts";
import type { Plane } from "../../data/picture/plane.ts";
import { noise } from "../support/picture.ts";

const test = suite("ink by what is around it");

/** As in the code that is tested: the window's share of the longer side, and the darkest paper. */
const windowOf = ({ width, height }: Plane): number => Math.max(5, Math.round(0.36 * Math.max(width, height)));
const DARKEST_PAPER = 48;

/** Windows may lie beyond the picture in part. */
function paperOf({ width, height, values }: Plane, window: number): number[] {
  const largestAt = (left: number, top: number): number => {
    let largest = 0;
    for (let y = Math.max(0, top); y < Math.min(height, top + window); y++) {
      for (let x = Math.max(0, left); x < Math.min(width, left + window); x++) {
        largest = Math.max(largest, values[y * width + x]);
      }
    }
    return largest;
  };
  const positions = Array.from({ length: height + window - 1 }, (_, j) =>
    Array.from({ length: width + window - 1 }, (_, i) => largestAt(i - window + 1, j - window + 1)),
  );
  return Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return Math.min(...positions.slice(y, y + window).flatMap((row) => row.slice(x, x + window)));
  });
}

const middleOf = (values: Float32Array): number => values.slice().sort()[values.length >> 1];

function inkByDefinition(luma: Plane, isLighter: boolean): { ink: Float32Array; noise: number; peak: number } {
  const { width, height } = luma;
  const shades = luma.values.map((value) => (isLighter ? 255 - value : value));
  const paper = paperOf({ width, height, values: shades }, windowOf(luma));
  const share = shades.map((shade, i) =>
    isLighter ? paper[i] - shade : (255 * (paper[i] - shade)) / Math.max(DARKEST_PAPER, paper[i]),
  );
  const middle = middleOf(share);
  return {
    ink: share.map((value) => Math.max(0, value - middle)),
    peak: Math.max(...share) - middle,
    noise: 1.4826 * middleOf(share.map((value) => Math.abs(value - middle))),
  };
}

const SIZES = [
  [1, 1],
  [1, 9],
  [7, 1],
  [5, 5],
  [13, 14],
  [14, 41],
  [43, 15],
] as const;

const LIGHTS = [
  { slope: 0, grain: 0 },
  { slope: 3, grain: 0 },
  { slope: 2, grain: 40 },
];

for (const isLighter of [false, true]) {
  test(`${isLighter ? "light" : "dark"} ink, of clean paper, of a slope of light and of noise, is what the definition says`, () => {
    const random = noise(7);
    const cases = SIZES.flatMap(([width, height]) =>
      LIGHTS.map(({ slope, grain }) => {
        const shadeAt = (x: number, y: number): number => {
          const isStroke = Math.abs(x - width / 2) < 1 && y > 1 && y < height - 2;
          const shade = isStroke ? (isLighter ? 250 : 5) : 180 - slope * x - y + grain * random();
          return Math.min(255, Math.max(0, shade));
        };
        const values = Float32Array.from({ length: width * height }, (_, i) =>
          shadeAt(i % width, Math.floor(i / width)),
        );
        const luma = { width, height, values };
        return { luma, expected: inkByDefinition(luma, isLighter) };
      }),
    );
    // Twice, and looked at behind all of them: what one gave is not the next one's memory.
    for (let round = 0; round < 2; round++) {
      const found = cases.map(({ luma }) => localInk(luma, isLighter));
      for (const [k, { luma, expected }] of cases.entries()) {
        const { width, height, values } = luma;
        const { plane, peak, noise: deviation, inkOf } = found[k];
        assert.equal(plane, { width, height, values: expected.ink });
        assert.equal([deviation, peak], [expected.noise, expected.peak]);
        // Not rounded to single precision, as the plane is twice: by 2⁻²⁴ of up to 255 each.
        values.forEach((value, i) => void assert.ok(Math.abs(inkOf(value, i) - expected.ink[i]) <= 255 * 2 ** -23));
      }
    }
  });
}

test.run();
