// MNIST: its mean and standard deviation; its four files: their names, what is in them, where they can be fetched; and the
// sample of them in this repository.

import type { Dataset } from "../lib/data/dataset.ts";
import type { Normalization } from "../lib/data/normalize.ts";

/** Mean and standard deviation of all pixels of the training images, of 0 … 1: those that everybody normalises MNIST by. */
export const MNIST_MEAN = 0.1307;
export const MNIST_STD = 0.3081;
/** What all data sets of digits here are normalised by, also the synthetic: networks trained on one read the other. */
export const MNIST_NORMALIZATION: Normalization = Object.freeze({ mean: MNIST_MEAN, std: MNIST_STD });
/** The classes are the digits 0 to 9. */
export const DIGIT_CLASSES = 10;
/** Labelled digits: images of 28×28 bytes, which batches normalise by MNIST's mean and standard deviation. */
export type DigitSet = Dataset<"u8", "u8">;

export interface MnistFile {
  /** Without ".gz". */
  readonly name: string;
  readonly shape: readonly number[];
  /** SHA-256 of the decompressed file; the gzip wrapper differs from mirror to mirror. */
  readonly sha256: string;
}

export interface MnistFiles {
  readonly train: { readonly images: MnistFile; readonly labels: MnistFile };
  readonly test: { readonly images: MnistFile; readonly labels: MnistFile };
}

/** A set of the two that are stored. */
export type MnistRole = keyof MnistFiles;

/** The original files of LeCun, Cortes and Burges. */
export const MNIST_FILES: MnistFiles = {
  train: {
    images: {
      name: "train-images-idx3-ubyte",
      shape: [60000, 28, 28],
      sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    },
    labels: {
      name: "train-labels-idx1-ubyte",
      shape: [60000],
      sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    },
  },
  test: {
    images: {
      name: "t10k-images-idx3-ubyte",
      shape: [10000, 28, 28],
      sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    },
    labels: {
      name: "t10k-labels-idx1-ubyte",
      shape: [10000],
      sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
  },
};

/**
 * What data/mnist-sample/ holds: the first 10,000 training images with their labels, cut off by scripts/make_sample.mjs,
 * and the whole test set.
 */
export const MNIST_SAMPLE_FILES: MnistFiles = {
  train: {
    images: {
      ...MNIST_FILES.train.images,
      shape: [10000, 28, 28],
      sha256: "2889698e6bc3614913e76901316712919d1998fc2b44512451bfe65bc1e668b1",
    },
    labels: {
      ...MNIST_FILES.train.labels,
      shape: [10000],
      sha256: "651e38e2ac0632f5113ec18f1df4977117f953197819034009971a6675a0df78",
    },
  },
  test: MNIST_FILES.test,
};

/** Public copies, tried in this order; `<mirror>/<name>.gz`. LeCun's own page no longer serves the files. */
export const MNIST_MIRRORS: readonly string[] = [
  "https://ossci-datasets.s3.amazonaws.com/mnist",
  "https://storage.googleapis.com/cvdf-datasets/mnist",
  "https://raw.githubusercontent.com/fgnt/mnist/master",
];

/** The length that follows from the shape: the IDX header, then one byte an element. */
export function fileBytes(file: MnistFile): number {
  return 4 + 4 * file.shape.length + file.shape.reduce((product, dim) => product * dim, 1);
}

/** What the sample has of a file of MNIST's: its beginning, or all of it. */
export function partOf({ name }: MnistFile, { train, test }: MnistFiles = MNIST_SAMPLE_FILES): MnistFile {
  const part = [train.images, train.labels, test.images, test.labels].find((file) => file.name === name);
  if (!part) throw new Error(`no file of MNIST's is called ${name}`);
  return part;
}
