// readMnist: MNIST's images and their labels from the bytes of two files, wherever JavaScript runs.

import { byteArray, checkOptions, oneOf, required } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";
import { sha256 } from "../lib/base/sha256.ts";
import { Dataset } from "../lib/data/dataset.ts";
import { empty } from "../lib/tensor/create.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import {
  DIGIT_CLASSES,
  type DigitSet,
  fileBytes,
  MNIST_FILES,
  MNIST_NORMALIZATION,
  MNIST_SAMPLE_FILES,
  type MnistFile,
  type MnistRole,
} from "./mnist.ts";
import { type MnistContent, proveContent } from "./mnist_content.ts";

export interface ReadMnistFiles {
  /** The file with the images, gzipped or not. */
  images: Uint8Array;
  /** The file with their labels, likewise. */
  labels: Uint8Array;
}

export interface ReadMnistOptions {
  /** Which set they must be of; default: whichever they are. */
  role?: MnistRole;
}

type Pair = Record<keyof ReadMnistFiles, MnistFile>;

const PAIRS: Readonly<Record<MnistRole, readonly Pair[]>> = {
  train: [MNIST_FILES.train, MNIST_SAMPLE_FILES.train],
  test: [MNIST_FILES.test],
};

/**
 * MNIST's training or test images with their labels, from two files as they are published: `MNIST_FILES` names them. A page
 * fetches them from its own server, or has them chosen by its user. Also the sample of the training images that is in
 * simdgrad's repository, `MNIST_SAMPLE_FILES`. In Node, `loadMnist` of simdgrad/node finds and downloads them.
 *
 * Nothing is decompressed beyond the size that the files must have, and nothing is given that is not MNIST: each file is
 * proven by the SHA-256 of its content.
 *
 * @throws {DataError} damaged gzip, not IDX, another shape, other content, labels of other images, or another set than `role`
 * @throws {OptionError} images or labels are no bytes, or role is neither "train" nor "test"
 *
 * Cost: the SHA-256 of 47 MB for the training images, in JS.
 * @example
 * const bytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
 * const { images, labels } = MNIST_FILES.test;
 * const test = await readMnist({ images: await bytes(`${images.name}.gz`), labels: await bytes(`${labels.name}.gz`) });
 */
export async function readMnist(files: ReadMnistFiles, options: ReadMnistOptions = {}): Promise<DigitSet> {
  checkOptions("readMnist", files, { images: required(byteArray), labels: required(byteArray) });
  checkOptions("readMnist", options, { role: oneOf(...Object.keys(PAIRS)) });
  const pairs = options.role ? PAIRS[options.role] : [...PAIRS.train, ...PAIRS.test];
  const images = await contentOf(files.images, pairs, "images");
  const pair = pairs.find((candidate) => candidate.images === images.file) as Pair;
  const labels = await contentOf(files.labels, [pair], "labels");
  const role = PAIRS.test.includes(pair) ? "test" : "train";
  const isPart = pair === MNIST_SAMPLE_FILES.train;
  return new Dataset({
    name: `MNIST ${role}${isPart ? `, the first ${images.file.shape[0]}` : ""}`,
    images: tensorOf(images),
    labels: tensorOf(labels),
    digest: images.file.sha256,
    classes: DIGIT_CLASSES,
    normalization: MNIST_NORMALIZATION,
  });
}

async function contentOf(bytes: Uint8Array, pairs: readonly Pair[], part: keyof ReadMnistFiles): Promise<MnistContent> {
  const files = pairs.map((pair) => pair[part]);
  const plain = await gunzipWithin(bytes, Math.max(...files.map(fileBytes)), part);
  const other = "read it with readIdx";
  return proveContent(plain, files, { op: "readMnist", where: part, other, sha256Of: sha256 });
}

/** What is in a gzip file, any other as it is; of one that holds more than `maxBytes` no more is decompressed. */
async function gunzipWithin(bytes: Uint8Array, maxBytes: number, where: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const refuse = (why: string): never => {
    throw new DataError(`readMnist: cannot decompress ${where}; ${why}. Fetch it again.`, { where });
  };
  // A copy, since a Blob takes no shared memory.
  const reader = new Blob([bytes.slice() as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"))
    .getReader();
  const plain = new Uint8Array(maxBytes);
  for (let length = 0; ; ) {
    const { done, value } = await reader.read().catch((error: Error) => refuse(error.message));
    if (done) return plain.subarray(0, length);
    if (length + value.length > maxBytes) {
      await reader.cancel().catch(() => {});
      return refuse(`it holds more than the ${maxBytes} bytes expected`);
    }
    plain.set(value, length);
    length += value.length;
  }
}

function tensorOf({ file, data }: MnistContent): Tensor<"u8"> {
  const tensor = empty(file.shape, "u8").keep();
  tensor.data.set(data);
  return tensor;
}
