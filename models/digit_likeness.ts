// DigitLikeness: whether a picture shows a digit at all, by how far it lies from those that a network was trained on.
//
// Of a picture f holds the network's ten logits and five measures of its ink. Those of each class's digits have a mean μ and a
// covariance Σ, and
//
//   distance = min over classes of (f − μ)ᵀ Σ⁻¹ (f − μ) + ln det Σ
//
// A digit is what comes no farther than the threshold, within which 99.5 % of digits lie: with 95 % certainty, since validation
// digits are a sample, and a few of them decide. Σ⁻¹ = WᵀW is kept
// as W, lower triangular. The logits say what the network makes of the strokes; how many holes and pieces the ink has, how much
// there is of it, how long its edges are and how far it spreads is what their average over the picture has lost.

import { check, checkFields, orNull, type Rule, required, string } from "../lib/base/check.ts";
import {
  CLASS_SIZE,
  CLASSES,
  distanceOf,
  FEATURES,
  featuresFrom,
  judgementOf,
  LIKENESS_SIZE,
  SIDE,
  shapeOf,
  valuesIn,
} from "./likeness_distance.ts";

/** Of all digits, those that are to be refused at most, and how certain that is. */
const [REFUSED, CERTAINTY] = [0.005, 0.95];
/** Of a feature's variance over all classes, what is added to that of each: no feature is ever constant. */
const FLOOR = 0.01;

/** Pictures with what a network says of them. */
export interface Seen {
  /** [n, 10], row by row. */
  readonly logits: ArrayLike<number>;
  /** [n, 28, 28], bytes, row by row. */
  readonly pixels: ArrayLike<number>;
  /** Of each its class; what only the threshold is taken from needs none. */
  readonly labels: ArrayLike<number>;
}

export class DigitLikeness {
  private constructor(private readonly values: Float32Array) {}

  /**
   * Fitted on training digits, the threshold on validation digits.
   *
   * @returns null where a class has fewer training digits than there are features, or nothing validates
   */
  static fit(train: Seen, validation: Seen): DigitLikeness | null {
    const seen = { logits: required(NUMBERS), pixels: required(NUMBERS), labels: required(NUMBERS) };
    checkFields("fit", "train", train, seen);
    checkFields("fit", "validation", validation, seen);
    const rows = featuresOf(train);
    const classes = Array.from({ length: CLASSES }, (_, c) => rows.filter((_, i) => train.labels[i] === c));
    if (classes.some((each) => each.length <= FEATURES) || validation.labels.length === 0) return null;
    const means = classes.map(meanOf);
    const covariances = classes.map((each, c) => covarianceOf(each, means[c]));
    const floors = Array.from({ length: FEATURES }, (_, k) => {
      const variance = covariances.reduce((sum, covariance) => sum + covariance[k][k], 0) / CLASSES;
      return FLOOR * variance + Number.MIN_VALUE;
    });
    const values = new Float32Array(LIKENESS_SIZE);
    for (const [c, covariance] of covariances.entries()) {
      const floored = covariance.map((row, i) => row.map((value, j) => (i === j ? value + floors[i] : value)));
      values.set([...means[c], ...whiteningOf(floored)], 1 + c * CLASS_SIZE);
    }
    const likeness = new DigitLikeness(values);
    const distances = featuresOf(validation).map((features) => distanceOf(values, features));
    const last = distances.sort((a, b) => b - a)[farthest(distances.length)];
    // A step up: rounded down, it would leave out the one that it is the distance of.
    values[0] = last + Math.abs(last) * 2 ** -22;
    return values.every(Number.isFinite) ? likeness : null;
  }

  /** @internal See `readDigitLikeness`. */
  static of(text: string): DigitLikeness | null {
    const values = valuesIn(text);
    return values && new DigitLikeness(values);
  }

  /** As a checkpoint's metadata has it. */
  toText(): string {
    const bytes = new Uint8Array(4 * LIKENESS_SIZE);
    const view = new DataView(bytes.buffer);
    this.values.forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    return btoa(String.fromCharCode(...bytes));
  }

  /** The distance beyond which nothing is taken for a digit. */
  get threshold(): number {
    return this.values[0];
  }

  /** @param pixels 28 × 28, 0 for paper and 255 for ink; @param logits ten */
  distance(pixels: ArrayLike<number>, logits: ArrayLike<number>): number {
    check("distance", "pixels", pixels, NUMBERS);
    check("distance", "logits", logits, NUMBERS);
    return distanceOf(this.values, featuresFrom(pixels, logits));
  }

  /** Whether it is a digit, and if not, why. @param pixels as in `distance`; @param logits as there */
  judge(pixels: ArrayLike<number>, logits: ArrayLike<number>): { isDigit: boolean; reason: string | null } {
    return judgementOf(this.distance(pixels, logits), this.threshold, logits);
  }
}

/**
 * How many of n samples may lie beyond a limit of which it is to be certain that no more than REFUSED of all do: the most, r, with
 * P(X ≤ r) ≤ 1 − CERTAINTY, X being binomial of n and REFUSED. Of fewer than 598 not even none would say so; none then.
 *
 * By products alone, which every engine rounds alike. The factor (1 − REFUSED)ⁿ is multiplied in little by little: of many samples it
 * would be less than any number.
 *
 * Source: Wilks 1941, Determination of sample sizes for setting tolerance limits.
 */
function farthest(n: number): number {
  const kept = 1 - REFUSED;
  let factors = n;
  let [term, sum] = [1, 1];
  let r = 0;
  for (; r < n; r++) {
    for (; factors > 0 && sum > 1 - CERTAINTY; factors--) {
      term *= kept;
      sum *= kept;
    }
    if (sum > 1 - CERTAINTY) break;
    term *= ((n - r) / (r + 1)) * (REFUSED / kept);
    sum += term;
  }
  return Math.max(0, r - 1);
}

/**
 * What a checkpoint says of digits.
 *
 * @param text of its metadata, `digitLikeness`; null where it has none
 * @returns null for no text, and for one that `toText` cannot have given
 * @example new Classifier(network, { likeness: readDigitLikeness(metadata.digitLikeness) })
 */
export function readDigitLikeness(text: string | null): DigitLikeness | null {
  check("readDigitLikeness", "text", text, orNull(string));
  return text === null ? null : DigitLikeness.of(text);
}

const NUMBERS: Rule = {
  says: "a list of numbers",
  holds: (value) => Array.isArray(value) || ArrayBuffer.isView(value),
};

function featuresOf({ logits, pixels, labels }: Seen): number[][] {
  return Array.from({ length: labels.length }, (_, n) => [
    ...Array.from({ length: CLASSES }, (_, k) => logits[n * CLASSES + k]),
    ...shapeOf(pixels, n * SIDE * SIDE),
  ]);
}

function meanOf(rows: readonly number[][]): number[] {
  return Array.from({ length: FEATURES }, (_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
}

function covarianceOf(rows: readonly number[][], mean: readonly number[]): number[][] {
  const sums = Array.from({ length: FEATURES }, () => new Array<number>(FEATURES).fill(0));
  for (const row of rows) {
    for (let i = 0; i < FEATURES; i++) {
      for (let j = 0; j < FEATURES; j++) sums[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]);
    }
  }
  return sums.map((row) => row.map((sum) => sum / (rows.length - 1)));
}

/** W = L⁻¹ of Σ = LLᵀ (Cholesky), row by row up to the diagonal. */
function whiteningOf(covariance: readonly number[][]): number[] {
  const lower = covariance.map((row) => row.map(() => 0));
  for (let i = 0; i < FEATURES; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = covariance[i][j];
      for (let k = 0; k < j; k++) rest -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(rest) : rest / lower[j][j];
    }
  }
  const inverse = covariance.map((row) => row.map(() => 0));
  for (let j = 0; j < FEATURES; j++) {
    for (let i = j; i < FEATURES; i++) {
      let rest = i === j ? 1 : 0;
      for (let k = j; k < i; k++) rest -= lower[i][k] * inverse[k][j];
      inverse[i][j] = rest / lower[i][i];
    }
  }
  return inverse.flatMap((row, i) => row.slice(0, i + 1));
}
