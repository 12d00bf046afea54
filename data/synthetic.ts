// syntheticDigits: handwriting made up from a seed, for tests and tries that are to need no file.

import { abortSignal, checkOptions, integer, type Rule, required } from "../lib/base/check.ts";
import { OptionError } from "../lib/base/errors.ts";
import { Dataset } from "../lib/data/dataset.ts";
import { rand } from "../lib/ops/random.ts";
import { STREAMS } from "../lib/runtime/rng.ts";
import { runSteps, runStepsAsync } from "../lib/runtime/steps.ts";
import { empty } from "../lib/tensor/create.ts";
import { DIGIT_CLASSES, type DigitSet, MNIST_NORMALIZATION } from "./mnist.ts";
import { centre } from "./picture/resample.ts";
import { BOX, draw } from "./synthetic/draw.ts";
import { STYLES } from "./synthetic/skeletons.ts";
import { deform, flatten, makePolyline, parseSkeleton, press, type Skeleton } from "./synthetic/strokes.ts";
import { Uniforms } from "./synthetic/uniforms.ts";

/** Random numbers drawn for an image, more than any needs, and images drawn for at once. */
const NUMBERS = 256;
const CHUNK = 64;
const PIXELS = 28 * 28;

export interface SyntheticOptions {
  /** How many. */
  count: number;
  /** Default 0. */
  seed?: number;
  /**
   * The first image's number; default 0. Image i shows the digit i mod 10, and depends on the seed and on i
   * alone: sets with other numbers share no image.
   */
  start?: number;
}

const RULES: Readonly<Record<keyof SyntheticOptions, Rule>> = {
  count: required(integer(0)),
  seed: integer(0),
  start: integer(0),
};

/**
 * Handwritten digits made up in code: a style of stroke skeletons, a pose between its extremes, every point
 * jittered, the whole bent, squeezed, slanted and turned, drawn with a pen of random width, antialiased, and
 * brought to MNIST's geometry. They contain no image of any data set.
 *
 * @throws {OptionError} count, seed or start is not an integer ≥ 0, or start + count is beyond 2⁵³ − 1
 *
 * Deterministic on every platform: only + − × ÷ and square roots. Cost: in proportion to `count`, one image after
 * another in JS, on one thread. A CNN that was trained on nothing else reads most of MNIST's test images.
 * @example const train = syntheticDigits({ count: 60_000, seed: 1 });
 */
export function syntheticDigits(options: SyntheticOptions): DigitSet {
  checkOptions("syntheticDigits", options, RULES);
  return runSteps(drawingSteps(options));
}

/**
 * The same, but it lets the event loop run at least every 50 ms, and can be stopped.
 *
 * @param options.signal rejects the promise with its reason
 * @example const train = await syntheticDigitsAsync({ count: 60_000, signal });
 */
export async function syntheticDigitsAsync(options: SyntheticOptions & { signal?: AbortSignal }): Promise<DigitSet> {
  checkOptions("syntheticDigitsAsync", options, { ...RULES, signal: abortSignal });
  const { signal } = options;
  return runStepsAsync(drawingSteps(options), { signal });
}

/** One chunk per step; yields how many images are drawn. */
function* drawingSteps({ count, seed = 0, start = 0 }: SyntheticOptions): Generator<number, DigitSet> {
  // Beyond 2⁵³ − 1 a number and the next are the same.
  if (!Number.isSafeInteger(start + count)) {
    throw new OptionError(`syntheticDigits: start must be an integer below 2^53 − count; got ${start}.`, { start });
  }
  const images = empty([count, 28, 28], "u8");
  const labels = empty([count], "u8");
  const digits = STYLES.map((styles) => styles.map(({ share, poses }) => parseSkeleton(share, poses)));
  const writer = new Writer();
  const end = start + count;
  let first = start;
  try {
    while (first < end) {
      const chunk = Math.floor(first / CHUNK);
      const next = Math.min((chunk + 1) * CHUNK, end);
      using numbers = rand([CHUNK, NUMBERS], { seed, stream: STREAMS.synthetic, step: chunk });
      const [row, pixels, classes] = [numbers.data, images.data, labels.data];
      for (let i = first; i < next; i++) {
        classes[i - start] = i % 10;
        writer.random.restart(row, (i % CHUNK) * NUMBERS, NUMBERS);
        pixels.set(writer.write(digits[i % 10]), (i - start) * PIXELS);
      }
      first = next;
      yield first - start;
    }
  } finally {
    if (first < end) for (const unfinished of [images, labels]) unfinished.dispose();
  }
  const which = start === 0 ? "" : `, from number ${start} on`;
  return new Dataset({
    name: `synthetic digits (seed ${seed}${which})`,
    ...{ images, labels, classes: DIGIT_CLASSES, normalization: MNIST_NORMALIZATION },
  });
}

class Writer {
  readonly random = new Uniforms(new Float32Array(0));
  private readonly points = new Float64Array(128);
  private readonly line = makePolyline(512);
  private readonly radii = new Float64Array(512);
  private readonly ink = new Float32Array(BOX * BOX);

  write(styles: readonly Skeleton[]): Float32Array {
    const { random, points, line, radii, ink } = this;
    const skeleton = choose(styles, random);
    deform(skeleton, random, points);
    flatten(skeleton, points, line);
    const radius = Math.min(2.3, Math.max(0.7, 1.35 + 0.4 * random.normal()));
    press(line, radius, random, radii);
    return centre(draw(line, { radii, softness: random.uniform(1, 1.6) }, ink));
  }
}

function choose(styles: readonly Skeleton[], random: Uniforms): Skeleton {
  let rest = random.next() * styles.reduce((sum, { share }) => sum + share, 0);
  for (const style of styles) {
    rest -= style.share;
    if (rest < 0) return style;
  }
  return styles[styles.length - 1];
}
