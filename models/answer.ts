// Answer: what a network reads in a picture.

import { check, checkFields, required, strings } from "../lib/base/check.ts";

export interface Answer {
  /** What the network reads, 0 to 9; null where the picture is blank. Then nothing is computed, and all is null but the warnings. */
  readonly digit: number | null;
  /** The probability of that digit. */
  readonly confidence: number | null;
  /** Of each digit. */
  readonly probabilities: readonly number[] | null;
  /** Whether it shows a digit at all; null where nobody can say: see `ClassifierOptions.likeness`. */
  readonly isDigit: boolean | null;
  /** Why not, as a sentence without a full stop; null where it does, or nobody can say. */
  readonly reason: string | null;
  /** From pixels to probabilities; of a picture that was read in a batch, the batch's time. */
  readonly latencyMs: number | null;
  /** What the network saw: 28 × 28, row by row, 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array | null;
  /** What makes the answer doubtful, as sentences without a full stop. */
  readonly warnings: readonly string[];
}

const BLANK = "the picture is blank";

/** Of a picture that is not blank. */
export interface ReadAnswer extends Answer {
  readonly digit: number;
  readonly confidence: number;
  readonly probabilities: readonly number[];
  readonly pixels: Uint8Array;
}

/** Where nothing is written. @param warnings of what was looked at */
export function blankAnswer(warnings: readonly string[]): Answer {
  check("blankAnswer", "warnings", warnings, strings);
  const nothing = { digit: null, confidence: null, probabilities: null, latencyMs: null, pixels: null };
  return { ...nothing, isDigit: false, reason: BLANK, warnings: [...warnings, BLANK] };
}

/** An answer by the names that programs know, for JSON. */
export interface AnswerFields {
  predicted_class: number | null;
  confidence: number | null;
  probabilities: readonly number[] | null;
  is_digit: boolean | null;
  reason: string | null;
  latency_ms: number | null;
  warnings: readonly string[];
}

/** @example JSON.stringify({ file, ...writeAnswer(classifier.read(digit)) }) */
export function writeAnswer(answer: Answer): AnswerFields {
  checkFields("writeAnswer", "answer", answer, { warnings: required(strings) });
  const { digit, confidence, probabilities, isDigit, reason, latencyMs, warnings } = answer;
  return {
    ...{ predicted_class: digit, confidence, probabilities, is_digit: isDigit, reason },
    ...{ latency_ms: latencyMs, warnings },
  };
}
