// What a confusion matrix says: accuracy, and precision, recall and F1 of each class.

import { check, integer, list, numbers } from "../base/check.ts";
import { ShapeError } from "../base/errors.ts";

/** `matrix[actual][predicted]` counts the samples of class `actual` that were taken for `predicted`. */
export type ConfusionMatrix = number[][];

/** A matrix of more would not fit into memory. */
const MAX_CLASSES = 10_000;

export interface ClassMetrics {
  /** Of the samples taken for this class, the part that is of it; NaN where none was. */
  precision: number;
  /** Of the samples of this class, the part that was taken for it; NaN where there are none. */
  recall: number;
  /** The harmonic mean of both, 2·TP / (2·TP + FP + FN); NaN where both are undefined. */
  f1: number;
  /** Samples of this class. */
  support: number;
}

/**
 * @returns `classes` × `classes` zeros
 * @throws {OptionError} classes is not an integer from 0 to 10,000
 */
export function emptyConfusion(classes: number): ConfusionMatrix {
  check("emptyConfusion", "classes", classes, integer(0, MAX_CLASSES));
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/**
 * The part of all samples on the diagonal; NaN where there are none.
 *
 * @throws {ShapeError} the matrix is not square
 * @throws {OptionError} it is no array of arrays of numbers
 */
export function accuracyOf(confusion: ConfusionMatrix): number {
  checkConfusion("accuracyOf", confusion);
  let right = 0;
  let all = 0;
  confusion.forEach((row, actual) => {
    right += row[actual];
    for (const count of row) all += count;
  });
  return right / all;
}

/**
 * Precision, recall, F1 and support of each class.
 *
 *   precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2·TP / (2·TP + FP + FN)
 *
 * @throws {ShapeError} the matrix is not square
 * @throws {OptionError} it is no array of arrays of numbers
 * @example classMetrics([[9, 1], [0, 10]])[0] // { precision: 1, recall: 0.9, f1: 0.947…, support: 10 }
 */
export function classMetrics(confusion: ConfusionMatrix): ClassMetrics[] {
  checkConfusion("classMetrics", confusion);
  return confusion.map((row, c) => {
    const hits = row[c];
    const support = row.reduce((total, count) => total + count, 0);
    const predicted = confusion.reduce((total, other) => total + other[c], 0);
    return {
      precision: hits / predicted,
      recall: hits / support,
      f1: (2 * hits) / (support + predicted),
      support,
    };
  });
}

/**
 * @internal
 * @throws {OptionError} it is no array of arrays of numbers
 * @throws {ShapeError} it is not square
 */
export function checkConfusion(op: string, confusion: ConfusionMatrix): void {
  check(op, "confusion", confusion, list);
  for (const [i, row] of confusion.entries()) check(op, `confusion[${i}]`, row, numbers);
  const bad = confusion.findIndex((row) => row.length !== confusion.length);
  if (bad >= 0) {
    throw new ShapeError(
      `${op}: a confusion matrix is square; it has ${confusion.length} rows, and row ${bad} has ${confusion[bad].length} entries.`,
    );
  }
}
