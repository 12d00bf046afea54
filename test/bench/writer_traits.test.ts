import { suite } from "uvu";
import * as assert from "uvu/assert";
import { correlation, standardised, traitsOf } from "../../bench/writer_traits.ts";

const test = suite("writer traits");
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-12, `${actual} for ${expected}`);

test("slant is columns per row, ink the part of the image that is black", () => {
  // Lines over 5 rows of 7 columns: upright, a column a row to the right, two rows a column to the left; and nothing.
  const lines = [() => 3, (y: number) => y, (y: number) => 5 - 2 * Math.min(y, 2), null];
  const pixels = new Uint8Array(4 * 35);
  lines.forEach((columnOf, i) => {
    for (let y = 0; columnOf && y < 5; y++) pixels[35 * i + 7 * y + columnOf(y)] = 255;
  });
  const { slant, ink } = traitsOf(pixels, 7, 5);
  // Columns 5, 3, 1, 1, 1 in rows −2 … 2 about their middle: (−2·5 − 1·3 + 1·1 + 2·1) / (4 + 1 + 1 + 4).
  [0, 1, -1, 0].forEach((expected, i) => {
    near(slant[i], expected);
  });
  [5, 5, 5, 0].forEach((black, i) => {
    near(ink[i], black / 35);
  });
});

test("standardised values know nothing of their class", () => {
  const values = Float64Array.of(1, 100, 3, 300, 5, 200, 7);
  const labels = Uint8Array.of(0, 1, 0, 1, 0, 1, 2);
  const result = standardised(values, labels);
  // Three values at equal distances d have the deviation d·√(2/3); a single one has none.
  const one = Math.sqrt(3 / 2);
  [-one, -one, 0, one, one, 0, 0].forEach((expected, i) => {
    near(result[i], expected);
  });
});

test("correlation tells writers in turns from writers one after the other", () => {
  const inTurns = Float64Array.from({ length: 1000 }, (_, i) => (i % 2 ? 1 : -1));
  near(correlation(inTurns, 1), -1);
  near(correlation(inTurns, 2), 1);
  const oneAfterTheOther = Float64Array.from({ length: 1000 }, (_, i) => (i % 200 < 100 ? 1 : -1));
  near(correlation(oneAfterTheOther, 1), 1 - 18 / 999);
  near(correlation(oneAfterTheOther, 100), -1);
});

test.run();
