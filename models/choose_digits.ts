// Of the ways to read all digits of a picture the one to believe, and which of them touch.

import type { DigitsReading, LocatedDigit, PictureBox } from "../data/preprocess_all.ts";
import type { ReadAnswer } from "./answer.ts";
import { type Judgement, marginOf, mostProbable, SURE } from "./choose_reading.ts";

/** What is read at a place of the picture. */
export interface LocatedAnswer extends ReadAnswer {
  /** In pixels of the picture. */
  readonly box: PictureBox;
}

/** By so much several digits must read better than one: parts of one may look like digits. */
const APART = 0.1;

/** All that a network is to read, in the order in which `chooseDigits` wants its judgements. */
export function digitsOf(readings: readonly DigitsReading[]): readonly LocatedDigit[] {
  return readings.flatMap(({ groups }) => groups.flat(2));
}

/**
 * Each group as the one digit, or the several, of which the worst reads best, by ln(p₁/p₂)/7; of the readings the one whose
 * groups read best in the mean, less its doubt.
 *
 * @param judgements of `digitsOf(readings)`, in its order
 * @returns in reading order; nothing where there is no reading
 */
export function chooseDigits(readings: readonly DigitsReading[], judgements: readonly Judgement[]): LocatedAnswer[] {
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
