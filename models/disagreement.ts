// disagreementOf: where networks that read the same images differ, and which of them is right.

import { arrayType } from "../lib/base/array_type.ts";
import { check as checkArgument, list, numbers, type Rule } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";

export interface Disagreement {
  /** How many images all networks read right, and how many none does. */
  allRight: number;
  allWrong: number;
  /** For each network how many images it alone reads right. */
  onlyRight: number[];
  /** The images that not all read alike; `read` has each network's digit. */
  images: { index: number; label: number; read: number[] }[];
  /** For each digit how many images show it, how many of them each network misreads, and on how many they differ. */
  perDigit: { digit: number; images: number; errors: number[]; differ: number }[];
}

const DIGITS = 10;
const NUMBERS: Rule = {
  says: "numbers, in an array or a typed array",
  holds: (value) => numbers.holds(value) || /^(Float|Uint|Int)/.test(arrayType(value) ?? ""),
};

/**
 * @param labels  what each image shows, 0 to 9
 * @param readings for each network what it reads in each image
 * @throws {OptionError} they are no arrays of numbers
 * @throws {DataError} readings of another number of images, or a label that is no digit
 * @example
 *   const read = (network) => argmax(predict(network, test), 1).data;
 *   const { images } = disagreementOf(test.labels.data, [read(linear), read(cnn)]);
 */
export function disagreementOf(labels: ArrayLike<number>, readings: readonly ArrayLike<number>[]): Disagreement {
  checkArgument("disagreementOf", "labels", labels, NUMBERS);
  checkArgument("disagreementOf", "readings", readings, list);
  for (const [i, reading] of readings.entries()) checkArgument("disagreementOf", `readings[${i}]`, reading, NUMBERS);
  check(labels, readings);
  const perDigit = Array.from({ length: DIGITS }, (_, digit) => ({
    ...{ digit, images: 0, differ: 0 },
    errors: readings.map(() => 0),
  }));
  const result: Disagreement = { allRight: 0, allWrong: 0, onlyRight: readings.map(() => 0), images: [], perDigit };
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index];
    const read = readings.map((reading) => reading[index]);
    const right = read.flatMap((digit, network) => (digit === label ? [network] : []));
    if (right.length === read.length) result.allRight++;
    else if (right.length === 0) result.allWrong++;
    else if (right.length === 1) result.onlyRight[right[0]]++;
    const row = perDigit[label];
    row.images++;
    read.forEach((digit, network) => {
      if (digit !== label) row.errors[network]++;
    });
    if (read.every((digit) => digit === read[0])) continue;
    row.differ++;
    result.images.push({ index, label, read });
  }
  return result;
}

function check(labels: ArrayLike<number>, readings: readonly ArrayLike<number>[]): void {
  const other = readings.find(({ length }) => length !== labels.length);
  if (other) {
    throw new DataError(
      `disagreementOf: every network must have read the same images; got ${other.length} readings of ${labels.length} images.`,
      { images: labels.length, readings: other.length },
    );
  }
  const index = Array.prototype.findIndex.call(
    labels,
    (label: number) => !Number.isInteger(label) || label < 0 || label >= DIGITS,
  );
  if (index < 0) return;
  throw new DataError(`disagreementOf: labels are digits from 0 to 9; got ${labels[index]} at index ${index}.`, {
    index,
    label: labels[index],
  });
}
