// The user's own files: MNIST's, or another set's in MNIST's form (IDX), gzipped or not, whatever they are called.

import { DIGIT_CLASSES, type DigitSet, MNIST_NORMALIZATION, type MnistRole, readMnist } from "../../data/index.ts";
import { DataError, Dataset, readIdx, tensor } from "../../lib/index.ts";
import type { AllDigits } from "./training_sets.ts";

export interface OwnFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Digits of a user's; no test set: a part of the training images is set apart for it. */
export interface OwnDigits extends Omit<AllDigits, "test"> {
  readonly test: DigitSet | null;
  /** How the command line is told of them, behind --data; null where it cannot read them. */
  readonly dataWords: readonly string[] | null;
  readonly notes: readonly string[];
}

interface Content {
  readonly file: OwnFile;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}
interface Pair {
  readonly images: Content;
  readonly labels: Content;
}

const SIDE = 28;
/** EMNIST's largest set has 698,000 images. */
const MOST_BYTES = 800 * 2 ** 20;
const MNIST_TRAIN_IMAGES = 60_000;
/** "emnist-digits-train-images-idx3-ubyte.gz" */
const FILE_NAME = /^(.+?)-(?:train|test|t10k)-/;

/** @throws {Error} in one line: a file that is damaged or of another kind, one that is missing, labels of other images */
export async function readOwnFiles(files: readonly OwnFile[]): Promise<OwnDigits> {
  const contents: Content[] = [];
  for (const file of files) {
    const bytes = await gunzipped(file);
    if (!isIdx(bytes)) throw new Error(`${file.name} is not in MNIST's format (IDX).`);
    contents.push({ file, ...readIdx(bytes, file.name) });
  }
  const train = pairOf("train", contents);
  const test = pairOf("test", contents);
  if (!train) throw new Error("There are no training images: choose the file of the images, and that of their labels.");
  const known = await asMnist(train, test);
  if (known) return known;
  const name = FILE_NAME.exec(train.images.file.name)?.[1] ?? "own digits";
  // EMNIST stores its images' columns as rows.
  const isTransposed = /^emnist/i.test(name);
  return {
    train: await digitSet(`${name} train`, train, isTransposed),
    test: test && (await digitSet(`${name} test`, test, isTransposed)),
    ...{ dataset: name, title: name },
    dataWords: test && ["FOLDER", "--dataset-name", name],
    notes: isTransposed ? ["EMNIST stores images transposed: they were turned upright."] : [],
  };
}

/** By its first two bytes, which are 0; whatever else is wrong with it the reader says. */
function isIdx(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0;
}

/** @returns null where it is another set; MNIST is known by its content, not by its name */
async function asMnist(train: Pair, test: Pair | null): Promise<OwnDigits | null> {
  if (!test) return null;
  const read = ({ images, labels }: Pair, role: MnistRole): Promise<DigitSet> =>
    readMnist({ images: images.file.bytes, labels: labels.file.bytes }, { role });
  try {
    const [trainSet, testSet] = [await read(train, "train"), await read(test, "test")];
    const isWhole = trainSet.size === MNIST_TRAIN_IMAGES;
    const title = isWhole ? "MNIST" : `MNIST's first ${trainSet.size.toLocaleString("en-GB")}`;
    return {
      train: trainSet,
      test: testSet,
      dataset: "mnist",
      title,
      dataWords: [isWhole ? "mnist" : "sample"],
      notes: [],
    };
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

function pairOf(role: MnistRole, contents: readonly Content[]): Pair | null {
  const isTest = ({ file }: Content): boolean => /t10k|test/i.test(file.name);
  const own = contents.filter((content) => isTest(content) === (role === "test"));
  const images = one(own, (rank) => rank >= 3, `images for the ${role === "test" ? "test" : "training"}`);
  const labels = one(own, (rank) => rank === 1, `labels for the ${role === "test" ? "test" : "training"}`);
  if (!images && !labels) return null;
  if (!images) throw new Error(`${labels?.file.name} holds labels; the file with their images is missing.`);
  if (!labels) throw new Error(`${images.file.name} holds images; the file with their labels is missing.`);
  return { images, labels };
}

function one(contents: readonly Content[], isRank: (rank: number) => boolean, what: string): Content | null {
  const found = contents.filter(({ shape }) => isRank(shape.length));
  if (found.length < 2) return found[0] ?? null;
  throw new Error(`${found[0].file.name} and ${found[1].file.name} both hold ${what}: choose one set of files.`);
}

/** @throws {Error} not of 28 × 28 pixels, more or fewer labels than images, a label that is no digit */
async function digitSet(name: string, { images, labels }: Pair, isTransposed: boolean): Promise<DigitSet> {
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3 || height !== SIDE || width !== SIDE) {
    throw new Error(
      `${images.file.name} holds ${images.shape.join(" × ")}; the networks read images of 28 × 28 pixels.`,
    );
  }
  if (labels.data.length !== count) {
    throw new Error(
      `${labels.file.name} holds ${labels.data.length} labels for the ${count} images of ${images.file.name}. Do they belong together?`,
    );
  }
  const upright = isTransposed ? transposed(images.data) : images.data;
  return ownDigitSet(name, upright, labels.data);
}

/** @param images 28 × 28 bytes each; @param labels a digit for each */
export async function ownDigitSet(name: string, images: Uint8Array, labels: Uint8Array): Promise<DigitSet> {
  return new Dataset({
    name,
    images: tensor(images, [labels.length, SIDE, SIDE], "u8").keep(),
    labels: tensor(labels, [labels.length], "u8").keep(),
    classes: DIGIT_CLASSES,
    normalization: MNIST_NORMALIZATION,
    digest: await digestOf(images, labels),
  });
}

/** As the library works it out when asked, in a twentieth of the time; undefined where the page may not: then it does. */
async function digestOf(images: Uint8Array, labels: Uint8Array): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const all = new Uint8Array(images.length + labels.length);
  all.set(images);
  all.set(labels, images.length);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @throws {Error} there are so many that they would not fit into memory, or be read to no end */
export function checkSize(name: string, bytes: number): void {
  if (bytes > MOST_BYTES) throw new Error(`${name} holds more than any set of digits.`);
}

/** What is in a gzip file, any other as it is. @throws {Error} damaged, or larger than any such set */
async function gunzipped({ name, bytes }: OwnFile): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = stream.getReader();
  for (let length = 0; ; ) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error(`${name} cannot be decompressed: it is damaged, or a part of it is missing.`);
    });
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    length += value.length;
    checkSize(name, length);
    parts.push(value);
  }
}

function transposed(images: Uint8Array): Uint8Array {
  const result = new Uint8Array(images.length);
  for (let from = 0; from < images.length; from += SIDE * SIDE) {
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) result[from + x * SIDE + y] = images[from + y * SIDE + x];
    }
  }
  return result;
}
