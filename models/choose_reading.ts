// Which of the ways to read a picture to believe: by what the picture says for each, and by what the network makes of it.

import type { DigitReading, PreprocessedDigit } from "../data/preprocess_plain.ts";
import { boolean, check, checkFields, finite, list, numbers, type Rule, required, strings } from "../lib/base/check.ts";
import { largestOf } from "../lib/train/predicted_classes.ts";
import type { ReadAnswer } from "./answer.ts";

/** What a network gives for 28 × 28 pixels. */
export interface Judgement {
  /** Of each digit. */
  readonly probabilities: readonly number[];
  /** Whether it is a digit at all, and why not; null where nobody says. */
  readonly isDigit: boolean | null;
  readonly reason: string | null;
  readonly latencyMs: number;
}

/** A reading that a network has judged. */
export type JudgedReading = DigitReading & Judgement;

/** All ways to read a picture, the likeliest first; none of a blank one. */
export function readingsOf(digit: PreprocessedDigit): readonly DigitReading[] {
  checkFields("readingsOf", "digit", digit, { warnings: required(strings), isBlank: required(boolean), others: list });
  const { pixels, warnings, isBlank, others = [] } = digit;
  return isBlank ? [] : [{ pixels, warnings, doubt: 0 }, ...others];
}

export const PROBABILITIES: Rule = {
  says: "ten numbers from 0 to 1",
  holds: (value) =>
    Array.isArray(value) &&
    value.length === 10 &&
    Array.from(value).every((each) => typeof each === "number" && each >= 0 && each <= 1),
};
const READING = { doubt: required(finite), probabilities: required(PROBABILITIES), warnings: required(strings) };

/** The log of how many times as likely the first digit is as the second, where the network is as sure as it gets. */
export const SURE = 12;
/** Two readings whose scores differ by less are both possible. */
const CLOSE = 0.15;

/**
 * The answer of the reading with the highest ln(p₁/p₂)/12 − doubt, where p₁ and p₂ are the probabilities of its two likeliest
 * digits: what is no digit mostly leaves a network undecided. Where one that is nearly as good says another digit, a warning says so.
 *
 * @param readings of one picture, at least one
 */
export function chooseReading(readings: readonly JudgedReading[]): ReadAnswer {
  check("chooseReading", "readings", readings, {
    says: "an array of at least one",
    holds: (value) => Array.isArray(value) && value.length > 0,
  });
  for (const [i, reading] of readings.entries()) checkFields("chooseReading", `readings[${i}]`, reading, READING);
  const scores = readings.map(({ probabilities, doubt }) => marginOf(probabilities) / SURE - doubt);
  const best = scores.indexOf(Math.max(...scores));
  const { pixels, probabilities, isDigit, reason, latencyMs, warnings } = readings[best];
  const digit = mostProbable(probabilities);
  const rivals = readings.flatMap((reading, i) => {
    const other = mostProbable(reading.probabilities);
    return other !== digit && scores[best] - scores[i] < CLOSE
      ? [`it may also be a ${other}, by other ink on the picture`]
      : [];
  });
  return {
    digit,
    confidence: probabilities[digit],
    probabilities,
    isDigit,
    reason,
    latencyMs,
    pixels,
    warnings: [...warnings, ...rivals],
  };
}

/**
 * The likeliest digit; the first among equals.
 *
 * @param probabilities or logits, of each digit
 */
export function mostProbable(probabilities: ArrayLike<number>): number {
  check("mostProbable", "probabilities", probabilities, {
    says: "a list of numbers",
    holds: (value) => ArrayBuffer.isView(value) || numbers.holds(value),
  });
  return largestOf(probabilities, 0, probabilities.length);
}

/** ln(p₁/p₂) of the two likeliest digits, at most SURE; 0 where both are 0. */
export function marginOf(probabilities: readonly number[]): number {
  const digit = mostProbable(probabilities);
  let second = 0;
  for (let i = 0; i < probabilities.length; i++) if (i !== digit) second = Math.max(second, probabilities[i]);
  return Math.min(SURE, Math.log(probabilities[digit] / second) || 0);
}
