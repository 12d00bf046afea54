// calibrate: a trained network's confidence made what it says, and a measure of what is no digit, both from images that it has
// not been trained on.

import { abortSignal, check, integer } from "../lib/base/check.ts";
import { crossEntropy, Dataset, Linear, noGrad, predictAsync, Sequential, scope, tensor } from "../lib/index.ts";
import { DigitLikeness } from "./digit_likeness.ts";

export interface Calibration {
  /** By what the logits were divided: the last layer's weights hold it. */
  readonly temperature: number;
  /** Null where there were too few digits to say. */
  readonly likeness: DigitLikeness | null;
}

/** Fewer validation images than these say too little: where all are read right, no temperature would be low enough. */
const FEWEST = 1000;
/** Training images that the classes' means and covariances are taken from. */
const TRAINING = 10_000;
/** Temperatures that are tried: 32/128 to 512/128. */
const [LOWEST, HIGHEST, STEPS] = [32, 512, 128];

/**
 * Divides the logits by the temperature under which the validation images' labels are likeliest, by dividing the last layer's
 * weights: so whatever reads the network gives probabilities that mean what they say, and the class it reads stays the same.
 *
 * @param network ends in a `Linear` of ten logits, and is in evaluation mode or is put into it meanwhile
 * @returns null, and nothing is changed, where there are fewer than 1000 validation images, or the network ends otherwise
 *
 * Source: Guo et al. 2017, On calibration of modern neural networks.
 */
export async function calibrate(
  network: Sequential,
  train: Dataset,
  validation: Dataset,
  signal?: AbortSignal,
): Promise<Calibration | null> {
  check("calibrate", "network", network, { says: "a Sequential", holds: (value) => value instanceof Sequential });
  const isSet = { says: "a Dataset", holds: (value: unknown) => value instanceof Dataset };
  check("calibrate", "train", train, isSet);
  check("calibrate", "validation", validation, isSet);
  if (signal !== undefined) check("calibrate", "signal", signal, abortSignal);
  const last = network.children().at(-1)?.[1];
  if (!(last instanceof Linear) || last.weight.shape[1] !== 10 || validation.size < FEWEST) return null;
  const logits = await logitsOf(network, validation, signal);
  const temperature = temperatureOf(logits, validation.labels.data);
  for (const { data } of [last.weight, ...(last.bias ? [last.bias] : [])]) {
    for (let i = 0; i < data.length; i++) data[i] /= temperature;
  }
  const learned = train.take(TRAINING);
  const likeness = DigitLikeness.fit(
    { logits: await logitsOf(network, learned, signal), pixels: bytesOf(learned), labels: learned.labels.data },
    {
      logits: await logitsOf(network, validation, signal),
      pixels: bytesOf(validation),
      labels: validation.labels.data,
    },
  );
  return { temperature, likeness };
}

async function logitsOf(network: Sequential, images: Dataset, signal?: AbortSignal): Promise<Float32Array> {
  using logits = await predictAsync(network, images, { signal });
  return logits.data.slice();
}

function bytesOf({ images }: Dataset): ArrayLike<number> {
  return images.dtype === "u8" ? images.data : images.data.map((value) => 255 * value);
}

/**
 * The temperature of least cross-entropy, in steps of 1/128: it is convex in 1/temperature, so the search may go by the slope.
 *
 * @param logits [n, classes], row by row
 * @example temperatureOf(logits, labels) // 0.6 after label smoothing, which leaves a network too modest
 */
export function temperatureOf(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  check("temperatureOf", "the number of labels", labels.length, integer(1));
  let [low, high] = [LOWEST, HIGHEST];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (crossEntropyAt(logits, labels, middle / STEPS) <= crossEntropyAt(logits, labels, (middle + 1) / STEPS)) {
      high = middle;
    } else low = middle + 1;
  }
  return low / STEPS;
}

function crossEntropyAt(logits: ArrayLike<number>, labels: ArrayLike<number>, temperature: number): number {
  const divided = Float32Array.from(logits, (logit) => logit / temperature);
  const classes = logits.length / labels.length;
  return scope(() =>
    noGrad(() => crossEntropy(tensor(divided, [labels.length, classes]), tensor(Int32Array.from(labels))).item()),
  );
}
