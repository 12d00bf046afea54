// Classifier: pictures of digits in, answers out.

import { MNIST_NORMALIZATION } from "../data/mnist.ts";
import type { DigitsReading } from "../data/preprocess_all.ts";
import type { PreprocessedDigit } from "../data/preprocess_plain.ts";
import { noGrad } from "../lib/autograd/grad_mode.ts";
import { isBytes } from "../lib/base/array_type.ts";
import { callback, check, checkOptions, integer, orNull, type Rule } from "../lib/base/check.ts";
import { DataError, ShapeError } from "../lib/base/errors.ts";
import { printable } from "../lib/base/printable.ts";
import { normalizeImages } from "../lib/data/normalize.ts";
import { Module } from "../lib/nn/module.ts";
import { softmax } from "../lib/ops/softmax.ts";
import { tensor } from "../lib/tensor/create.ts";
import { scope } from "../lib/tensor/scope.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { inMode } from "../lib/train/in_mode.ts";
import { type Answer, blankAnswer } from "./answer.ts";
import { chooseDigits, digitsOf, type LocatedAnswer } from "./choose_digits.ts";
import { chooseReading, type JudgedReading, type Judgement, readingsOf } from "./choose_reading.ts";
import type { DigitLikeness } from "./digit_likeness.ts";

/** What preprocessDigit makes of a picture; or pixels alone, 28 × 28, row by row, 0 for paper and 255 for ink. */
export type DigitInput = PreprocessedDigit | Uint8Array;

export interface ClassifierOptions {
  /** Pictures at a time, an integer ≥ 1, which changes no answer but its latency; default 64. */
  batchSize?: number;
  /** Milliseconds from any moment on; default `performance.now`. */
  clock?: () => number;
  /**
   * Says whether a picture shows a digit at all; null, the default: nobody does. That of a checkpoint is
   * `readDigitLikeness(metadata.digitLikeness)`.
   */
  likeness?: Pick<DigitLikeness, "judge"> | null;
}

/** Where nobody says whether it is a digit. */
const UNKNOWN = { isDigit: null, reason: null };
const LIKENESS: Rule = {
  says: "a DigitLikeness",
  holds: (value) => typeof (value as Partial<DigitLikeness> | undefined)?.judge === "function",
};

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

/**
 * Reads digits with a network that was trained on MNIST's.
 *
 * @param network from normalised images [N, 28, 28, 1] to logits [N, 10]. One that is in training mode
 *   is read in evaluation mode, and put back
 * @throws {OptionError} no network, an unknown option, or a batchSize that is not an integer ≥ 1
 *
 * Where a picture can be read in several ways, each is judged, and the answer is that of the one that looks most like a digit.
 *
 * Pixels are normalised as MNIST's are: (x/255 − 0.1307)/0.3081. The first answer takes longer than the others, since
 * the kernels are compiled then, unless `warmUp` was called.
 * @example
 *   const classifier = new Classifier(network);
 *   const { digit, confidence } = classifier.read(preprocessDigit(picture));
 *   const answers = classifier.read(pictures.map(preprocessDigit)); // in batches
 */
export class Classifier {
  private readonly batchSize: number;
  private readonly clock: () => number;
  private readonly likeness: NonNullable<ClassifierOptions["likeness"]> | null;

  constructor(
    private readonly network: Module,
    options: ClassifierOptions = {},
  ) {
    check("Classifier", "network", network, { says: "a Module", holds: (value) => value instanceof Module });
    checkOptions("Classifier", options, { batchSize: integer(1), clock: callback, likeness: orNull(LIKENESS) });
    const { batchSize = 64, clock = () => performance.now(), likeness = null } = options;
    this.batchSize = batchSize;
    this.clock = clock;
    this.likeness = likeness;
  }

  /** Compiles the kernels, and folds what evaluation folds, so that no answer's latency includes it. */
  warmUp(): void {
    this.scores([{ reading: { pixels: new Uint8Array(PIXELS) }, picture: 0 }]);
  }

  /**
   * An answer for each picture, in their order. What it says of one does not depend on the others.
   *
   * @throws {ShapeError} not 28 × 28 bytes, or a network that does not give ten logits for each picture
   * @throws {DataError} the network gives NaN or an infinite number: its weights are damaged, or their training diverged
   */
  read(picture: DigitInput): Answer;
  read(pictures: readonly DigitInput[]): Answer[];
  read(input: DigitInput | readonly DigitInput[]): Answer | Answer[] {
    const pictures = (isOne(input) ? [input] : input).map(describe);
    const rows = pictures.flatMap((each, picture) => readingsOf(each).map((reading) => ({ reading, picture })));
    const judged: JudgedReading[][] = pictures.map(() => []);
    for (const [i, judgement] of this.judge(rows).entries()) {
      const { reading, picture } = rows[i];
      judged[picture].push({ ...reading, ...judgement });
    }
    const answers = pictures.map(({ warnings }, i) =>
      judged[i].length > 0 ? chooseReading(judged[i]) : blankAnswer(warnings),
    );
    return isOne(input) ? answers[0] : answers;
  }

  /**
   * All digits of a picture, in reading order, each with its box; none where nothing is written.
   *
   * @param readings what preprocessDigits makes of the picture
   * @throws {OptionError} not what preprocessDigits gives
   * @throws {ShapeError | DataError} as `read` does
   * @example const number = classifier.readAll(preprocessDigits(picture)).map(({ digit }) => digit).join("");
   */
  readAll(readings: readonly DigitsReading[]): LocatedAnswer[] {
    return chooseDigits(readings, this.judge(digitsOf(readings).map((reading) => ({ reading, picture: 0 }))));
  }

  /** Of each row, in batches. */
  private judge(rows: readonly Row[]): Judgement[] {
    const judgements: Judgement[] = [];
    for (let at = 0; at < rows.length; at += this.batchSize) {
      const started = this.clock();
      const batch = rows.slice(at, at + this.batchSize);
      const scores = this.scores(batch);
      const latencyMs = this.clock() - started;
      for (const [i, { probabilities, logits }] of scores.entries()) {
        const { isDigit, reason } = this.likeness?.judge(batch[i].reading.pixels, logits) ?? UNKNOWN;
        judgements.push({ probabilities, latencyMs, isDigit, reason });
      }
    }
    return judgements;
  }

  /** @param rows with the indices of their pictures among those that were given, for messages */
  private scores(rows: readonly Row[]): { probabilities: number[]; logits: number[] }[] {
    const count = rows.length;
    const bytes = new Uint8Array(count * PIXELS);
    rows.forEach(({ reading }, i) => {
      bytes.set(reading.pixels, i * PIXELS);
    });
    return scope(() => {
      const x = normalizeImages(tensor(bytes, [count, SIDE, SIDE], "u8"), MNIST_NORMALIZATION);
      const { network } = this;
      const forward = (): Tensor => noGrad(() => network.forward(x));
      // Looking at the mode of every module takes a third of the CNN's time for one picture.
      const logits = network.isTraining ? inMode(network, false, forward) : forward();
      if (logits.shape.length !== 2 || logits.shape[1] !== CLASSES) {
        throw new ShapeError(
          `Classifier: the network must give ten logits for each picture; it gave [${logits.shape.join(", ")}] for ${count}.`,
          { output: logits.shape },
        );
      }
      const wrong = logits.values.findIndex((logit) => !Number.isFinite(logit));
      if (wrong >= 0) {
        const index = rows[Math.floor(wrong / CLASSES)].picture;
        throw new DataError(
          `Classifier: the network gives ${logits.values[wrong]} for picture ${index}; its weights are damaged, or their training diverged. Use another checkpoint.`,
          { index },
        );
      }
      const { values } = softmax(logits, -1);
      const row = (all: ArrayLike<number>, i: number): number[] =>
        Array.from({ length: CLASSES }, (_, k) => all[i * CLASSES + k]);
      return rows.map((_, i) => ({ probabilities: row(values, i), logits: row(logits.values, i) }));
    });
  }
}

/** What goes through the network: one way to read one of the pictures. */
interface Row {
  readonly reading: { readonly pixels: Uint8Array };
  readonly picture: number;
}

function isOne(input: DigitInput | readonly DigitInput[]): input is DigitInput {
  return !Array.isArray(input);
}

function describe(input: DigitInput, index: number): PreprocessedDigit {
  const digit: Partial<PreprocessedDigit> = isBytes(input)
    ? { pixels: input, warnings: [], isBlank: input.every((value) => value === 0) }
    : Object(input);
  const { pixels, warnings, isBlank, others } = digit;
  if (isBytes(pixels) && pixels.length === PIXELS && Array.isArray(warnings)) {
    return { pixels, warnings, isBlank: isBlank === true, others };
  }
  const given: unknown = pixels ?? input;
  const { length } = Object(given) as Partial<Uint8Array>;
  const got = typeof length === "number" ? `${printable(given)} of ${length}` : printable(given);
  throw new ShapeError(
    `Classifier: a picture is ${SIDE}×${SIDE} bytes, 0 for paper and 255 for ink; got ${got} at index ${index}. preprocessDigit makes such pixels of any picture.`,
    { index, length },
  );
}
