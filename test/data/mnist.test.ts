import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist, type MnistPlaces } from "../../data/load_mnist.node.ts";
import type { MnistFile } from "../../data/mnist.ts";
import { DataError, OptionError, SimdgradError } from "../../lib/base/errors.ts";
import { type Mirror, startMirror } from "../support/mirror.ts";
import { testOnMnist } from "../support/real_mnist.ts";

interface Context {
  folder: string;
  mirror: Mirror;
  places: MnistPlaces;
}

const test: Test<Context> = suite("loadMnist");
const MNIST_DIR = process.env.MNIST_DIR;

/** Four small files of the same form: 30 pictures for training, 10 for the test. */
function smallFile(name: string, shape: readonly number[]): { file: MnistFile; bytes: Uint8Array } {
  const header = [0x800 + shape.length, ...shape].flatMap((word) => [word >>> 24, word >>> 16, word >>> 8, word]);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const bytes = Uint8Array.from([...header, ...Array.from({ length: size }, (_, i) => i % 10)]);
  return { file: { name, shape, sha256: createHash("sha256").update(bytes).digest("hex") }, bytes };
}

const SMALL = [
  smallFile("train-images-idx3-ubyte", [30, 28, 28]),
  smallFile("train-labels-idx1-ubyte", [30]),
  smallFile("t10k-images-idx3-ubyte", [10, 28, 28]),
  smallFile("t10k-labels-idx1-ubyte", [10]),
];

test.before.each(async (context) => {
  delete process.env.MNIST_DIR;
  context.folder = mkdtempSync(join(tmpdir(), "simdgrad-mnist-"));
  context.mirror = await startMirror(
    Object.fromEntries(SMALL.map(({ file, bytes }) => [`${file.name}.gz`, gzipSync(bytes)])),
  );
  const [trainImages, trainLabels, testImages, testLabels] = SMALL.map(({ file }) => file);
  context.places = {
    files: { train: { images: trainImages, labels: trainLabels }, test: { images: testImages, labels: testLabels } },
    downloadFolder: join(context.folder, "download"),
  };
});
test.after.each(async ({ folder, mirror }) => {
  if (MNIST_DIR) process.env.MNIST_DIR = MNIST_DIR;
  await mirror.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A folder with the four files, those named in `replaced` with other content, or left out for null. */
function folderWith(
  context: Context,
  name: string,
  replaced: Record<string, Uint8Array | null> = {},
  gzipped = false,
): string {
  const folder = join(context.folder, name);
  mkdirSync(folder);
  for (const { file, bytes } of SMALL) {
    const content = file.name in replaced ? replaced[file.name] : gzipped ? gzipSync(bytes) : bytes;
    if (content) writeFileSync(join(folder, gzipped ? `${file.name}.gz` : file.name), content);
  }
  return folder;
}

async function refusal(work: Promise<unknown>): Promise<SimdgradError> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, SimdgradError);
    assert.not.match((error as Error).message, "\n");
    return error as SimdgradError;
  }
  throw new Error("nothing was thrown");
}

test("files are read from dir, gzipped or plain", async (context) => {
  for (const gzipped of [false, true]) {
    const dir = folderWith(context, `dir-${gzipped}`, {}, gzipped);
    const sets = await loadMnist({ dir, validation: 5 }, context.places);
    assert.is(sets.train.size, 25);
    assert.is(sets.validation.size, 5);
    assert.is(sets.test.size, 10);
    assert.is(sets.notice, null);
    assert.is(sets.train.digest, SMALL[0].file.sha256);
    assert.match(sets.test.name, "MNIST test");
    assert.equal([...sets.test.images.data.subarray(0, 4)], [0, 1, 2, 3]);
  }
  assert.equal(context.mirror.requests, []);
});

test("MNIST_DIR is used without dir, and dir before MNIST_DIR", async (context) => {
  process.env.MNIST_DIR = folderWith(context, "environment");
  await loadMnist({ validation: 5, mirrors: [] }, context.places);
  const error = await refusal(loadMnist({ dir: context.folder }, context.places));
  assert.instance(error, OptionError); // 5000 of 30
  assert.match((await refusal(loadMnist({ dir: context.folder, validation: 5 }, context.places))).message, "is in");
});

test("a misspelt MNIST_DIR is an error that names it, not a download, also with source auto", async (context) => {
  for (const source of ["mnist", "auto"] as const) {
    for (const name of ["nowhere", "download"]) {
      process.env.MNIST_DIR = join(context.folder, name);
      const options = { source, mirrors: [context.mirror.url], validation: 5 };
      const error = await refusal(loadMnist(options, context.places));
      assert.instance(error, DataError);
      assert.match(error.message, `is in the folder ${process.env.MNIST_DIR}, which MNIST_DIR names; name the folder`);
      if (!existsSync(context.places.downloadFolder)) mkdirSync(context.places.downloadFolder);
    }
  }
  assert.equal(context.mirror.requests, []);
});

test("an aborted signal stops the drawing of synthetic digits at once", async (context) => {
  const many = smallFile("train-labels-idx1-ubyte", [60_000]).file;
  const places = { ...context.places, files: { ...context.places.files, train: { images: many, labels: many } } };
  const controller = new AbortController();
  const reason = new Error("enough");
  const started = performance.now();
  setTimeout(() => controller.abort(reason), 20);
  const options = { source: "synthetic", signal: controller.signal, validation: 5 } as const;
  const error = await loadMnist(options, places).catch((caught) => caught);
  assert.is(error, reason);
  assert.ok(performance.now() - started < 1000);
});

test("with neither, the files are downloaded, and found there the next time", async (context) => {
  const options = { validation: 5, mirrors: [context.mirror.url] };
  const names: string[] = [];
  await loadMnist({ ...options, onProgress: ({ fileName }) => names.push(fileName) }, context.places);
  const expected = SMALL.map(({ file }) => `${file.name}.gz`);
  assert.equal([...new Set(names)], expected);
  assert.equal(readdirSync(context.places.downloadFolder).sort(), expected.sort());
  const sets = await loadMnist({ ...options, mirrors: [] }, context.places);
  assert.is(sets.train.size, 25);
  assert.is(context.mirror.requests.length, 4);
});

test("re-running fetches what is missing or damaged and keeps the rest", async (context) => {
  const options = { validation: 5, mirrors: [context.mirror.url] };
  await loadMnist(options, context.places);
  rmSync(join(context.places.downloadFolder, "t10k-images-idx3-ubyte.gz"));
  writeFileSync(join(context.places.downloadFolder, "t10k-labels-idx1-ubyte.gz"), "damaged");
  context.mirror.requests.length = 0;
  await loadMnist(options, context.places);
  assert.equal(context.mirror.requests, ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]);
});

test("a corrupt mirror is passed over: only the original is accepted", async (context) => {
  const corrupt = await startMirror({}, "missing");
  try {
    context.mirror.behaviour = "corrupt";
    const mirrors = [corrupt.url, context.mirror.url];
    const error = await refusal(loadMnist({ validation: 5, mirrors }, context.places));
    assert.instance(error, DataError);
    assert.match(error.message, "no mirror gave train-images-idx3-ubyte.gz");
    assert.match(error.message, `${corrupt.url}: HTTP 404`);
    assert.match(error.message, `${context.mirror.url}: loadMnist: cannot decompress`);
  } finally {
    await corrupt.close();
  }
});

test("what is missing, truncated, too large, not gzip or another data set is named", async (context) => {
  const name = "train-images-idx3-ubyte";
  const { bytes } = SMALL[0];
  const flipped = bytes.slice();
  flipped[100] ^= 1;
  const other = smallFile(name, [30, 14, 14]).bytes;
  const cases: [string, Uint8Array | null, boolean, string][] = [
    ["missing", null, false, `neither ${name}.gz nor ${name} is in `],
    ["truncated", bytes.subarray(0, 1000), false, "is truncated"],
    ["truncated-gzip", gzipSync(bytes).subarray(0, 100), true, "cannot decompress"],
    ["bomb", gzipSync(new Uint8Array(10_000_000)), true, `it holds more than the ${bytes.length} bytes expected`],
    ["flipped", flipped, false, "is not the original file; the SHA-256 of its content is"],
    ["other", other, false, "holds [30, 14, 14], expected [30, 28, 28]"],
    ["empty", new Uint8Array(0), false, "is truncated; it has 0 bytes"],
    ["labels", SMALL[1].bytes, false, "expected 0x00000803"],
  ];
  for (const [folder, content, gzipped, message] of cases) {
    const dir = folderWith(context, folder, { [name]: content }, gzipped);
    const error = await refusal(loadMnist({ dir, validation: 5 }, context.places));
    assert.instance(error, DataError);
    assert.match(error.message, message);
    assert.match(error.message, folder);
  }
});

test("limit keeps the first of each set, after validation was set apart", async (context) => {
  const dir = folderWith(context, "dir");
  const sets = await loadMnist({ dir, validation: 5, limit: 4 }, context.places);
  assert.equal([sets.train.size, sets.validation.size, sets.test.size], [4, 4, 4]);
  assert.match(sets.train.name, "the first 4");
});

test("the seed chooses the validation pictures", async (context) => {
  const dir = folderWith(context, "dir");
  const pixels = async (seed: number) =>
    (await loadMnist({ dir, validation: 15, seed }, context.places)).validation.images.data.join();
  assert.is(await pixels(1), await pixels(1));
  assert.is.not(await pixels(1), await pixels(2));
});

test("synthetic digits come in MNIST's sizes, with a notice, and read no file", async (context) => {
  const options = { source: "synthetic", dir: "nowhere", mirrors: [], validation: 5 } as const;
  const sets = await loadMnist({ ...options, seed: 3 }, context.places);
  assert.equal([sets.train.size, sets.validation.size, sets.test.size], [25, 5, 10]);
  assert.match(sets.notice ?? "", "SYNTHETIC digits, generated in code, not MNIST, as asked for.");
  for (const set of [sets.train, sets.validation, sets.test]) assert.match(set.name, "synthetic digits (seed 3");
  assert.is.not(sets.train.images.data.subarray(0, 784).join(), sets.test.images.data.subarray(0, 784).join());
  assert.is((await loadMnist({ ...options, limit: 3 }, context.places)).train.size, 3);
});

test("auto takes MNIST where it is or can be downloaded", async (context) => {
  const dir = folderWith(context, "dir");
  assert.is((await loadMnist({ source: "auto", dir, validation: 5 }, context.places)).notice, null);
  const mirrors = [context.mirror.url];
  const sets = await loadMnist({ source: "auto", mirrors, validation: 5 }, context.places);
  assert.is(sets.notice, null);
  assert.match(sets.train.name, "MNIST train");
});

test("auto falls back to synthetic digits with a notice that says why", async (context) => {
  context.mirror.behaviour = "missing";
  const options = { source: "auto", mirrors: [context.mirror.url], validation: 5 } as const;
  const { train, notice } = await loadMnist(options, context.places);
  assert.match(train.name, "synthetic digits");
  assert.match(notice ?? "", "not MNIST, since MNIST_DIR names no folder, and MNIST is neither in ");
  assert.match(notice ?? "", `${context.mirror.url}: HTTP 404`);
  assert.not.match(notice ?? "", "\n");
});

test("auto does not hide what is wrong with files that were named", async (context) => {
  const damaged = { "t10k-labels-idx1-ubyte": Uint8Array.of(1, 2, 3) };
  const dir = folderWith(context, "dir", damaged);
  assert.match((await refusal(loadMnist({ source: "auto", dir, validation: 5 }, context.places))).message, "truncated");
  const nowhere = { source: "auto", dir: join(context.folder, "nowhere"), validation: 5 } as const;
  assert.match((await refusal(loadMnist(nowhere, context.places))).message, "is in ");
  process.env.MNIST_DIR = dir;
  assert.match((await refusal(loadMnist({ source: "auto", validation: 5 }, context.places))).message, "truncated");
});

test("options out of range are named", async (context) => {
  const wrong = [
    { validation: -1 },
    { seed: 0.5 },
    { limit: Number.NaN },
    { validation: 30 },
    { source: "x" as "auto", validation: 5 },
    { heldOut: "x" as "block", validation: 5 },
  ];
  for (const options of wrong) {
    const error = await refusal(loadMnist(options, context.places));
    assert.instance(error, OptionError);
    assert.match(error.message, `loadMnist: ${Object.keys(options)[0]} must`);
  }
});

testOnMnist(test, "the real files give 55,000, 5,000 and 10,000 pictures of ten classes", async () => {
  const sets = await loadMnist({ dir: MNIST_DIR });
  assert.equal([sets.train.size, sets.validation.size, sets.test.size], [55_000, 5000, 10_000]);
  assert.equal([...sets.test.labels.data.subarray(0, 5)], [7, 2, 1, 0, 4]);
  for (const set of [sets.train, sets.validation, sets.test]) assert.is(new Set(set.labels.data).size, 10);
});

testOnMnist(test, "a block of the real files is one of their order", async () => {
  const all = (await loadMnist({ dir: MNIST_DIR, validation: 0 })).train;
  const { train, validation } = await loadMnist({ dir: MNIST_DIR, seed: 3, heldOut: "block" });
  const first = Number(/the 5000 from (\d+) on$/.exec(validation.name)?.[1]);
  assert.ok(first < 55_000); // this seed's does not go on at the beginning
  assert.equal(validation.images.data, all.images.data.subarray(784 * first, 784 * (first + 5000)));
  assert.equal(train.labels.data.subarray(first), all.labels.data.subarray(first + 5000));
});

test.run();
