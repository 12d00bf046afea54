import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LoadMnistOptions, loadMnist, loadMnistTest } from "../../data/load_mnist.node.ts";
import { DataError, OptionError } from "../../lib/base/errors.ts";

const test = suite("loadMnist, another data set");
const folder = mkdtempSync(join(tmpdir(), "simdgrad-other-"));
const MNIST_DIR = process.env.MNIST_DIR;
test.before(() => {
  delete process.env.MNIST_DIR;
});
test.after(() => {
  if (MNIST_DIR) process.env.MNIST_DIR = MNIST_DIR;
  rmSync(folder, { recursive: true });
});

function idx(shape: readonly number[], valueAt: (i: number) => number): Uint8Array {
  const header = [0x800 + shape.length, ...shape].flatMap((word) => [word >>> 24, word >>> 16, word >>> 8, word]);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (size > 1e9) return Uint8Array.from(header);
  return Uint8Array.from([...header, ...Array.from({ length: size }, (_, i) => valueAt(i))]);
}

/** Row y of each image has the value y, so that it is seen which way it stands. */
const images = (count: number): Uint8Array => idx([count, 28, 28], (i) => Math.floor(i / 28) % 28);
const labels = (count: number): Uint8Array => idx([count], (i) => i % 10);

/** A folder with 40 images for training, 10 for the test; `pathOf` says where each file is. */
function folderWith(name: string, pathOf: (role: string, what: string) => string, roles = ["train", "t10k"]): string {
  const dir = join(folder, name);
  for (const role of roles) {
    const count = role === "train" ? 40 : 10;
    for (const [what, bytes] of [
      ["images-idx3", images(count)],
      ["labels-idx1", labels(count)],
    ] as const) {
      const path = join(dir, pathOf(role, what));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, path.endsWith(".gz") ? gzipSync(bytes) : bytes);
    }
  }
  return dir;
}

const usual = (role: string, what: string): string => `${role}-${what}-ubyte.gz`;
const named = (set: string) => (role: string, what: string) => `${set}-${role.replace("t10k", "test")}-${what}-ubyte`;

async function refusal(options: LoadMnistOptions): Promise<Error> {
  const error = await loadMnist(options).catch((caught) => caught);
  assert.ok(error instanceof DataError || error instanceof OptionError, `${error}`);
  assert.not.match(error.message, "\n");
  return error;
}

function sparseFile(path: string): void {
  writeFileSync(path, "");
  truncateSync(path, 1e10);
}

if (process.platform !== "win32") {
  test("a pipe, a device, gigabytes of nothing or a looped link among the files is refused at once", async () => {
    const plants: [string, (path: string) => void, RegExp][] = [
      ["pipe", (path) => execFileSync("mkfifo", [path]), /it is a pipe, not a file/],
      ["device", (path) => symlinkSync("/dev/zero", path), /it is a device, not a file/],
      ["sparse", sparseFile, /it is larger than 800 MiB/],
      ["loop", (path) => symlinkSync(path, path), /ELOOP/],
    ];
    for (const [name, plant, why] of plants) {
      const dir = folderWith(`planted-${name}`, usual);
      const path = join(dir, usual("train", "images-idx3"));
      rmSync(path);
      plant(path);
      const begun = performance.now();
      assert.match((await refusal({ dir, datasetName: "Fashion-MNIST" })).message, why);
      // Of MNIST itself it is a file that is not there, or one that is too large.
      assert.match((await refusal({ dir })).message, /neither train-images|larger than 64 MiB/);
      assert.ok(performance.now() - begun < 5000);
    }
  });
}

test("a set in MNIST's files is called what its user calls it, in every place, and never MNIST", async () => {
  const dir = folderWith("fashion", usual);
  const sets = await loadMnist({ dir, datasetName: "Fashion-MNIST" });
  assert.equal([sets.train.size, sets.validation.size, sets.test.size], [36, 4, 10]);
  assert.is(sets.train.name, "Fashion-MNIST train without 4 drawn with seed 0");
  assert.is(sets.test.name, "Fashion-MNIST test");
  assert.equal(sets.source, { kind: "other", folder: dir, dataset: "Fashion-MNIST", title: "Fashion-MNIST" });
  assert.is(
    sets.notice,
    `These are the images of Fashion-MNIST in ${dir}, not MNIST's; that they are the right ones was not checked.`,
  );
  assert.equal([...sets.test.images.data.subarray(0, 28)], new Array(28).fill(0));
  assert.match(sets.train.digest, /^[0-9a-f]{64}$/);
  process.env.MNIST_DIR = dir;
  assert.is((await loadMnistTest({ source: "auto", datasetName: "Fashion-MNIST" })).test.name, "Fashion-MNIST test");
  delete process.env.MNIST_DIR;
});

test("without its name it is refused, as before", async () => {
  const error = await refusal({ dir: folderWith("unnamed", usual) });
  assert.match(
    error.message,
    "holds [40, 28, 28], expected [60000, 28, 28] or [10000, 28, 28]. If it is another data set, say its name.",
  );
});

test("EMNIST's images are turned upright, whether the files or the name say that they are EMNIST's", async () => {
  for (const [where, pathOf, datasetName] of [
    ["emnist-files", named("emnist-digits"), "my digits"],
    ["emnist-name", usual, "EMNIST digits"],
  ] as const) {
    const { test: digits, notice } = await loadMnistTest({ dir: folderWith(where, pathOf), datasetName });
    assert.match(notice ?? "", "They are stored transposed, as EMNIST's are, and were turned upright.");
    assert.equal(
      [...digits.images.data.subarray(0, 28)],
      Array.from({ length: 28 }, (_, x) => x),
    );
  }
});

test("the test images alone need the test files alone", async () => {
  const dir = folderWith("test-alone", usual, ["t10k"]);
  assert.is((await loadMnistTest({ dir, datasetName: "KMNIST" })).test.size, 10);
  assert.match(
    (await refusal({ dir, datasetName: "KMNIST" })).message,
    "does not hold the files of KMNIST: images and labels for training",
  );
});

test("files are found where torchvision keeps them, with dots in their names, and each in a folder of its name", async () => {
  const layouts: [string, (role: string, what: string) => string][] = [
    ["torchvision", (role, what) => `FashionMNIST/raw/${role}-${what}-ubyte`],
    ["raw", (role, what) => `raw/${role}-${what}-ubyte.gz`],
    ["dots", (role, what) => `${role}-${what.replace("-idx", ".idx")}-ubyte`],
    ["nested", (role, what) => `${role}-${what}-ubyte/${role}-${what}-ubyte`],
  ];
  for (const [name, pathOf] of layouts) {
    const dir = folderWith(name, pathOf);
    assert.is((await loadMnist({ dir, datasetName: "Fashion-MNIST" })).train.size, 36, name);
  }
  // MNIST itself is not taken for the set that is not there.
  const dir = folderWith("torchvision-mnist", (role, what) => `MNIST/raw/${role}-${what}-ubyte`);
  assert.match(
    (await refusal({ dir, datasetName: "Fashion-MNIST" })).message,
    "does not hold the files of Fashion-MNIST",
  );
});

test("of several sets in a folder the one is taken that is called so; else they are named", async () => {
  const dir = folderWith("several", named("emnist-digits"));
  folderWith("several", named("emnist-letters"));
  assert.is((await loadMnist({ dir, datasetName: "EMNIST digits" })).train.size, 36);
  const error = await refusal({ dir, datasetName: "EMNIST" });
  assert.match(error.message, `${dir} holds several data sets: emnist-digits, emnist-letters; say which by its name`);
});

test("what is not of MNIST's form is refused, with the file's name", async () => {
  const cases: [string, string, Uint8Array, string][] = [
    [
      "other-size",
      "t10k-images-idx3-ubyte.gz",
      gzipSync(idx([10, 32, 32], () => 0)),
      "holds [10, 32, 32]; the networks read 28 × 28 pixels",
    ],
    ["fewer-labels", "t10k-labels-idx1-ubyte.gz", gzipSync(labels(9)), "holds 9 labels for 10 images of "],
    ["no-idx", "train-images-idx3-ubyte.gz", new TextEncoder().encode("<!DOCTYPE html>"), "This is an HTML page"],
    [
      "letters",
      "t10k-labels-idx1-ubyte.gz",
      gzipSync(idx([10], () => 26)),
      "label 0 of KMNIST test is 26, but must lie in 0 … 9",
    ],
    ["cut", "train-images-idx3-ubyte.gz", gzipSync(images(40)).subarray(0, 50), "cannot decompress"],
    [
      "bomb",
      "t10k-images-idx3-ubyte.gz",
      gzipSync(Buffer.concat([images(10), Buffer.alloc(50_000_000)])),
      "it holds more than the 7856 bytes expected",
    ],
    [
      "absurd",
      "t10k-images-idx3-ubyte.gz",
      gzipSync(idx([2 ** 32 - 1, 28, 28], () => 0)),
      "[4294967295, 28, 28] needs 3367254359296 bytes, it has 16",
    ],
  ];
  for (const [name, file, bytes, message] of cases) {
    const dir = folderWith(name, usual);
    writeFileSync(join(dir, file), bytes);
    const error = await refusal({ dir, datasetName: "KMNIST" });
    assert.match(error.message, message);
    assert.match(error.message, name === "letters" ? "KMNIST" : file);
  }
});

test("a name that hides what it is, or nothing that could be named, is refused", async () => {
  const dir = folderWith("names", usual);
  for (const datasetName of ["MNIST", "mnist", " M-NIST", "Synthetic", "", "a\nb", "x".repeat(61), "--"]) {
    assert.match(
      (await refusal({ dir, datasetName })).message,
      /^loadMnist: the name of a data set must /,
      datasetName,
    );
  }
  assert.match((await refusal({ datasetName: "KMNIST" })).message, "KMNIST is looked for in a folder");
  for (const source of ["sample", "synthetic"] as const) {
    assert.match((await refusal({ dir, source, datasetName: "KMNIST" })).message, `source "${source}" is not KMNIST`);
  }
});

test.run();
