import { suite } from "uvu";
import * as assert from "uvu/assert";
import { averaged, median, medianDeviation, recycle, unsetValues, zeroValues } from "../../data/picture/plane.ts";
import { noise } from "../support/picture.ts";

const test = suite("planes");

const middleOf = (values: Float32Array): number => values.slice().sort()[values.length >> 1];

test("the median is the middle one of the sorted values, the upper of two", () => {
  const random = noise(3);
  const cases = [[0], [5], [1, 2], [2, 1], [1, 1, 2, 2], [2, 2, 1, 1], [0, 0, 0, 7], [7, 0, 0, 0], [3, 3, 3]];
  for (const length of [3, 4, 7, 8, 9, 16, 17, 1000]) {
    cases.push(Array.from({ length }, () => Math.abs(random())));
    // Apart by the last bits of a float, and by many of them.
    cases.push(Array.from({ length }, (_, i) => 1 + ((7 * i) % length) * 2 ** -23));
    cases.push(Array.from({ length }, (_, i) => 2 ** (((5 * i) % 61) - 30)));
  }
  for (const each of cases) {
    const values = Float32Array.from(each);
    assert.is(median(values), middleOf(values), each.join());
    for (const from of [0, 1, 2.5]) {
      const distances = values.map((value) => Math.abs(value - from));
      assert.is(medianDeviation(values, from), middleOf(distances), `${each.join()} from ${from}`);
    }
  }
});

test("squares are averaged over what there is of them", () => {
  for (const [width, height] of [
    [1, 1],
    [4, 6],
    [5, 7],
    [7, 3],
  ]) {
    const values = Float32Array.from({ length: width * height }, (_, i) => (i * i) % 251);
    for (const step of [1, 2, 3, 5]) {
      const [columns, rows] = [Math.ceil(width / step), Math.ceil(height / step)];
      const means = Float32Array.from({ length: columns * rows }, (_, at) => {
        const [left, top] = [step * (at % columns), step * Math.floor(at / columns)];
        const inSquare = values.filter((_value, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          return x >= left && x < left + step && y >= top && y < top + step;
        });
        return inSquare.reduce((sum, value) => sum + value, 0) / inSquare.length;
      });
      assert.equal(averaged({ width, height, values }, step), { width: columns, height: rows, values: means });
    }
  }
});

test("recycled memory is given to one plane at a time, the smallest that is enough, and what is large is not kept", () => {
  const sizes = [40_000, 10_000, 20_000, 30_000];
  const planes = sizes.map((size) => new Float32Array(size).fill(7));
  for (const plane of planes) recycle(plane);
  assert.is(unsetValues(15_000).buffer, planes[2].buffer);
  const zeros = zeroValues(15_000);
  assert.is(zeros.buffer, planes[3].buffer);
  assert.equal([zeros.length, zeros.some((value) => value !== 0)], [15_000, false]);
  assert.is(unsetValues(15_000).buffer, planes[0].buffer);
  assert.not(planes.some(({ buffer }) => buffer === unsetValues(15_000).buffer));
  const large = new Float32Array(2 ** 17 + 1);
  recycle(large);
  assert.is.not(unsetValues(15_000).buffer, large.buffer);
});

test.run();
