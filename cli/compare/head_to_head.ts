// Which digits two networks read in the test images, and where they disagree.

import { setImmediate } from "node:timers/promises";
import { argmax, type Dataset, noGrad, type Sequential, scope } from "../../lib/index.ts";

export interface Disagreement {
  /** Of all images. */
  bothRight: number;
  onlyLinear: number;
  onlyCnn: number;
  bothWrong: number;
  /** Those on which the two differ. */
  images: { index: number; label: number; linear: number; cnn: number }[];
  /** By what the digit is. */
  perDigit: { digit: number; images: number; linearErrors: number; cnnErrors: number; differ: number }[];
}

const BATCH = 64;
const CLASSES = 10;

export async function readAll(
  network: Sequential,
  test: Dataset,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Int32Array> {
  const read = new Int32Array(test.size);
  let done = 0;
  for (const { x } of test.batches({ batchSize: BATCH })) {
    read.set(
      scope(() => noGrad(() => Int32Array.from(argmax(network.forward(x), 1).data))),
      done,
    );
    done = Math.min(done + BATCH, test.size);
    onProgress(done);
    await setImmediate();
    signal.throwIfAborted();
  }
  return read;
}

export function disagreementOf(labels: ArrayLike<number>, linear: Int32Array, cnn: Int32Array): Disagreement {
  const perDigit = Array.from({ length: CLASSES }, (_, digit) => ({
    digit,
    images: 0,
    linearErrors: 0,
    cnnErrors: 0,
    differ: 0,
  }));
  const result: Disagreement = { bothRight: 0, onlyLinear: 0, onlyCnn: 0, bothWrong: 0, images: [], perDigit };
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index];
    const [linearIsRight, cnnIsRight] = [linear[index] === label, cnn[index] === label];
    if (linearIsRight && cnnIsRight) result.bothRight++;
    else if (linearIsRight) result.onlyLinear++;
    else if (cnnIsRight) result.onlyCnn++;
    else result.bothWrong++;
    const row = perDigit[label];
    row.images++;
    if (!linearIsRight) row.linearErrors++;
    if (!cnnIsRight) row.cnnErrors++;
    if (linear[index] === cnn[index]) continue;
    row.differ++;
    result.images.push({ index, label, linear: linear[index], cnn: cnn[index] });
  }
  return result;
}
