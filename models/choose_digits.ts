// Of the ways to read all digits of a picture the one to believe, and which of them touch.

import type { DigitsReading, LocatedDigit, PictureBox } from "../data/preprocess_all.ts";
import { isBytes } from "../lib/base/array_type.ts";
import { check, type Rule } from "../lib/base/check.ts";
import type { ReadAnswer } from "./answer.ts";
import { type Judgement, marginOf, mostProbable, PROBABILITIES, SURE } from "./choose_reading.ts";

/** What is read at a place of the picture. */
export interface LocatedAnswer extends ReadAnswer {
  /** In pixels of the picture. */
  readonly box: PictureBox;
}

/** By so much several digits must read better than one: parts of one may look like digits. */
const APART = 0.1;

const PIXELS = 28 * 28;
const READINGS: Rule = {
  says: "what preprocessDigits gives",
  holds: (value) => Array.isArray(value) && Array.from(value).every(isDigitsReading),
};

/** All that a network is to read, in the order in which `chooseDigits` wants its judgements. */
export function digitsOf(readings: readonly DigitsReading[]): readonly LocatedDigit[] {
  check("digitsOf", "readings", readings, READINGS);
  return readings.flatMap(({ groups }) => groups.flat(2));
}

/**
 * Each group as the one digit, or the several, of which the worst reads best, by ln(p₁/p₂)/12; of the readings the one whose
 * groups read best in the mean, less its doubt.
 *
 * @param judgements of `digitsOf(readings)`, in its order
 * @returns in reading order; nothing where there is no reading
 */
export function chooseDigits(readings: readonly DigitsReading[], judgements: readonly Judgement[]): LocatedAnswer[] {
  const { length } = digitsOf(readings);
  check("chooseDigits", "judgements", judgements, {
    says: `an array of ${length}, each with ten probabilities from 0 to 1`,
    holds: (value) =>
      Array.isArray(value) &&
      value.length === length &&
      Array.from(value).every((each) => PROBABILITIES.holds(Object(each).probabilities)),
  });
  let at = 0;
  let best: { score: number; answers: LocatedAnswer[] } = { score: Number.NEGATIVE_INFINITY, answers: [] };
  for (const { groups, doubt } of readings) {
    const chosen = groups.map((ways) =>
      ways
        .map((digits) => {
          const answers = digits.map((digit) => answerOf(digit, judgements[at++]));
          const worst = Math.min(...answers.map(({ probabilities }) => marginOf(probabilities) / SURE));
          return { answers, score: worst - (digits.length > 1 ? APART : 0) };
        })
        .reduce((a, b) => (b.score > a.score ? b : a)),
    );
    const score = chosen.reduce((sum, each) => sum + each.score, 0) / chosen.length - doubt;
    if (score > best.score) best = { score, answers: chosen.flatMap(({ answers }) => answers) };
  }
  return best.answers;
}

function answerOf({ pixels, box, warnings }: LocatedDigit, judgement: Judgement): LocatedAnswer {
  const { probabilities } = judgement;
  const digit = mostProbable(probabilities);
  return { ...judgement, digit, confidence: probabilities[digit], pixels, warnings, box };
}

function isDigitsReading(value: unknown): boolean {
  const { groups, doubt }: Partial<DigitsReading> = Object(value);
  const areDigits = (ways: unknown): boolean =>
    Array.isArray(ways) &&
    ways.length > 0 &&
    ways.every((way) => Array.isArray(way) && way.length > 0 && way.every(isDigit));
  return Number.isFinite(doubt) && Array.isArray(groups) && groups.length > 0 && groups.every(areDigits);
}

function isDigit(value: unknown): boolean {
  const { pixels, box, warnings }: Partial<LocatedDigit> = Object(value);
  return isBytes(pixels) && pixels.length === PIXELS && typeof box === "object" && Array.isArray(warnings);
}
