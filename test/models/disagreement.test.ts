import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/index.ts";
import { disagreementOf } from "../../models/index.ts";

const test = suite("disagreementOf");

test("who is right where is counted, by digit too, and every image on which they differ is named", () => {
  const labels = [3, 3, 7, 7, 7];
  const { images, perDigit, ...counts } = disagreementOf(labels, [
    [3, 5, 7, 1, 1],
    [3, 3, 2, 1, 9],
  ]);
  assert.equal(counts, { allRight: 1, onlyRight: [1, 1], allWrong: 2 });
  assert.equal(images, [
    { index: 1, label: 3, read: [5, 3] },
    { index: 2, label: 7, read: [7, 2] },
    { index: 4, label: 7, read: [1, 9] },
  ]);
  assert.equal(perDigit[7], { digit: 7, images: 3, errors: [2, 3], differ: 2 });
  assert.equal(perDigit[0], { digit: 0, images: 0, errors: [0, 0], differ: 0 });
});

test("of three networks, what two read right is neither all's nor one's alone", () => {
  const { allRight, onlyRight, allWrong, images } = disagreementOf([1, 2, 3, 4], [[1, 2, 0, 0], [1, 2, 3, 0], [1, 0, 0, 0]]); // biome-ignore format: one line
  assert.equal({ allRight, onlyRight, allWrong }, { allRight: 1, onlyRight: [0, 1, 0], allWrong: 1 });
  assert.equal(images.map(({ index }) => index), [1, 2]); // biome-ignore format: one line
});

test("readings of other images, and labels that are no digits, are refused", () => {
  const refusal = (labels: number[], readings: number[][]): string => {
    try {
      disagreementOf(labels, readings);
    } catch (error) {
      assert.instance(error, DataError);
      return (error as Error).message;
    }
    return "none";
  };
  assert.match(refusal([1, 2], [[1, 2], [1]]), /got 1 readings of 2 images\.$/);
  assert.match(refusal([1, 12], [[1, 2]]), /digits from 0 to 9; got 12 at index 1\.$/);
});

test.run();
