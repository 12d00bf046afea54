// The user's own digits: MNIST is known by its content, other sets by their form, and what is wrong with them is said.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist } from "../../data/index.node.ts";
import { syntheticDigits } from "../../data/index.ts";
import { givenDigits } from "../../web/train/given_digits.ts";
import { type OwnFile, readOwnFiles } from "../../web/train/own_files.ts";
import { digitOf } from "../../web/train/own_pictures.ts";
import { OwnStore } from "../../web/train/own_store.ts";

const test = suite("own digits");

function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  for (const [axis, dim] of shape.entries()) view.setUint32(4 + 4 * axis, dim);
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** Files of a set of so many digits, as others would name them. */
function filesOf(prefix: string, count: number, seed: number): OwnFile[] {
  const { images, labels } = syntheticDigits({ count, seed });
  return [
    { name: `${prefix}-images-idx3-ubyte`, bytes: idx([count, 28, 28], Uint8Array.from(images.values)) },
    { name: `${prefix}-labels-idx1-ubyte`, bytes: idx([count], Uint8Array.from(labels.values)) },
  ];
}

async function problemOf(files: readonly OwnFile[]): Promise<string> {
  try {
    await readOwnFiles(files);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("a set in MNIST's form is read as the command line reads it, gzipped or not", async () => {
  const files = [...filesOf("Kana-train", 30, 1), ...filesOf("Kana-t10k", 20, 2)];
  const packed = files.map(({ name, bytes }) => ({ name: `${name}.gz`, bytes: new Uint8Array(gzipSync(bytes)) }));
  const own = await readOwnFiles(packed);
  const { train, test, dataset, dataWords } = own;
  assert.equal(
    [train.name, train.size, test?.name, test?.size, dataset, dataWords?.join(" ")],
    ["Kana train", 30, "Kana test", 20, "Kana", "FOLDER --dataset-name Kana"],
  );
  assert.equal([...train.labels.values.slice(0, 4)], [0, 1, 2, 3]);
  // The digest that the library would work out.
  const { images, labels } = syntheticDigits({ count: 30, seed: 1 });
  assert.equal([...train.images.values], [...images.values]);
  assert.equal([...train.labels.values], [...labels.values]);
  const plain = await readOwnFiles(files);
  assert.is(plain.train.digest, train.digest);
});

test("images without a test set are enough, and images of EMNIST are turned upright", async () => {
  const files = filesOf("emnist-digits-train", 12, 3);
  const { train, test, notes } = await readOwnFiles(files);
  assert.is(test, null);
  assert.is(notes.length, 1);
  const { images } = syntheticDigits({ count: 12, seed: 3 });
  assert.is(train.images.values[28 * 3 + 9], images.values[28 * 9 + 3]);
});

test("MNIST is known by its content, whatever its files are called", async () => {
  const folder = process.env.MNIST_DIR ?? "data/mnist-sample";
  const named = (part: string): OwnFile => {
    const path = join(existsSync(folder) ? folder : "data/mnist-sample", part);
    const file = existsSync(path) ? path : `${path}.gz`;
    return { name: part.replace("ubyte", "x"), bytes: new Uint8Array(readFileSync(file)) };
  };
  const names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
  const { train, title, dataset } = await readOwnFiles(names.map((name) => named(`${name}-ubyte`)));
  const sets = await loadMnist({ dir: existsSync(folder) ? folder : "data/mnist-sample" });
  assert.equal([title, dataset, train.digest], [sets.source.title, "mnist", sets.train.digest]);
});

test("what is wrong with files is said in one line, by their names", async () => {
  const [images, labels] = filesOf("train", 10, 1);
  const [others] = filesOf("train", 11, 1);
  const cases: [readonly OwnFile[], RegExp][] = [
    [[], /^There are no training images/],
    [[images], /^train-images-idx3-ubyte holds images; the file with their labels is missing\.$/],
    [[labels], /^train-labels-idx1-ubyte holds labels; the file with their images is missing\.$/],
    [[others, labels], /holds 10 labels for the 11 images of train-images/],
    [[images, images, labels], /both hold images for the training/],
    [[{ name: "a.txt", bytes: new TextEncoder().encode("hello, this is a text") }], /a\.txt is not in MNIST's format/],
    [[{ ...images, bytes: images.bytes.slice(0, 99) }], /is truncated/],
    [[{ name: "x.gz", bytes: new Uint8Array(gzipSync(images.bytes)).slice(0, 50) }], /^x\.gz cannot be decompressed/],
    [
      [
        { name: "wide", bytes: idx([2, 32, 32], new Uint8Array(2048)) },
        { name: "l", bytes: idx([2], new Uint8Array(2)) },
      ],
      /wide holds 2 × 32 × 32; the networks read/,
    ],
    [[images, { ...labels, bytes: idx([10], new Uint8Array(10).fill(10)) }], /label/],
  ];
  for (const [files, pattern] of cases) {
    const problem = await problemOf(files);
    assert.match(problem, pattern);
    assert.not.match(problem, "\n");
  }
});

test("a picture's digit is its folder's name", () => {
  assert.equal(
    [
      "digits/7/a.png",
      "0/b.JPG",
      "mine/train/3/c.jpeg",
      "7.png",
      "digits/12/a.png",
      "digits/7/notes.txt",
      "7/x/a.png",
    ].map(digitOf),
    [7, 0, 3, null, null, null, null],
  );
});

test("what is given is pictures where there are any, and files otherwise", () => {
  const given = (path: string, type = "") => ({ path, file: new File([], path.split("/").pop() ?? "", { type }) });
  assert.is(givenDigits([]), null);
  assert.is(givenDigits([given("digits/.DS_Store")]), null);
  assert.is(givenDigits([given("digits/.DS_Store"), given("digits/3/a.png")])?.kind, "pictures");
  assert.is(givenDigits([given("a.png", "image/png")])?.kind, "pictures");
  assert.is(givenDigits([given("train-images-idx3-ubyte.gz", "application/gzip")])?.kind, "files");
});

test("a file that is larger than any set is refused in one line before it is read", async () => {
  const file = {
    name: "train-images-idx3-ubyte",
    size: 801 * 2 ** 20,
    arrayBuffer: () => assert.unreachable("it was read"),
  } as unknown as File;
  const problem = await new OwnStore().take({ kind: "files", files: [file] }, () => {}).catch(({ message }) => message);
  assert.is(problem, "train-images-idx3-ubyte holds more than any set of digits.");
});

test.run();
