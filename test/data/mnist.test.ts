import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist, loadMnistTest, type MnistPlaces } from "../../data/load_mnist.node.ts";
import { MNIST_FILES, MNIST_SAMPLE_FILES, type MnistFile } from "../../data/mnist.ts";
import { mnistState } from "../../data/mnist_state.node.ts";
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
/** The first 20 training images. */
const SAMPLE = [
  smallFile("train-images-idx3-ubyte", [20, 28, 28]),
  smallFile("train-labels-idx1-ubyte", [20]),
  ...SMALL.slice(2),
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
    sample: {
      train: { images: SAMPLE[0].file, labels: SAMPLE[1].file },
      test: { images: testImages, labels: testLabels },
    },
    sampleFolder: null,
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

/** A folder with the sample's files, and the places with it. */
function withSample(context: Context): MnistPlaces {
  const folder = join(context.folder, "sample");
  mkdirSync(folder);
  for (const { file, bytes } of SAMPLE) writeFileSync(join(folder, `${file.name}.gz`), gzipSync(bytes));
  return { ...context.places, sampleFolder: folder };
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
  const error = await refusal(loadMnist({ dir: context.folder, validation: 5000 }, context.places));
  assert.instance(error, OptionError); // of 30
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
    ["page", new TextEncoder().encode("<!DOCTYPE html><title>Sign in</title>"), true, "This is an HTML page"],
    ["zipped-page", gzipSync("<html>Not found</html>"), true, "This is an HTML page"],
    ["zip", Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]), true, "This is a ZIP archive"],
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
  const places = withSample(context);
  assert.is((await loadMnist({ source: "auto", dir, validation: 5 }, places)).notice, null);
  const mirrors = [context.mirror.url];
  for (const kind of ["download", "folder"]) {
    const sets = await loadMnist({ source: "auto", mirrors, validation: 5 }, places);
    assert.is(sets.notice, null);
    assert.match(sets.train.name, "MNIST train without");
    assert.equal(sets.source, { kind, folder: places.downloadFolder, dataset: "mnist", title: "MNIST" });
  }
});

test("auto falls back to the sample, and says in one line what it is and why", async (context) => {
  const places = withSample(context);
  const second = await startMirror({}, "missing");
  try {
    context.mirror.behaviour = "missing";
    const options = { source: "auto", validation: 5 } as const;
    const one = await loadMnist({ ...options, mirrors: [context.mirror.url] }, places);
    assert.equal([one.train.size, one.validation.size, one.test.size], [15, 5, 10]);
    assert.match(one.train.name, "MNIST train, the first 20 without 5");
    assert.is(one.train.digest, SAMPLE[0].file.sha256);
    assert.is(one.test.digest, SMALL[2].file.sha256);
    const { sampleFolder: folder } = places;
    assert.equal(one.source, { kind: "sample", folder, dataset: "mnist", title: "MNIST's first 20" });
    const host = new URL(context.mirror.url).host;
    assert.is(
      one.notice,
      `These are MNIST's first 20 training images, not all 30, which are not in ${places.downloadFolder} and cannot be downloaded; ${host}: HTTP 404.`,
    );
    assert.not.ok(existsSync(places.downloadFolder), "an empty folder is left");
    const two = await loadMnist({ ...options, mirrors: [context.mirror.url, second.url] }, places);
    assert.match(two.notice ?? "", "and cannot be downloaded; all 2 mirrors: HTTP 404.");
  } finally {
    await second.close();
  }
});

test("auto needs no more than seconds to find that nobody answers; all of MNIST is worth a longer wait", async (context) => {
  const places = withSample(context);
  context.mirror.behaviour = "silent";
  const mirrors = [context.mirror.url];
  const started = performance.now();
  const sets = await loadMnist({ source: "auto", mirrors, validation: 5 }, places);
  assert.match(sets.notice ?? "", ": no answer for 4 s.");
  assert.ok(performance.now() - started < 6000);
  const error = await refusal(loadMnist({ mirrors, timeoutMs: 4500, validation: 5 }, places));
  assert.match(error.message, ": no answer for 4.5 s");
});

test("a host that is not known, or that refuses, is reported at once, as what it is", async (context) => {
  const places = withSample(context);
  const closed = await startMirror({});
  await closed.close();
  const why = async (mirror: string) =>
    (await loadMnist({ source: "auto", mirrors: [mirror], validation: 5 }, places)).notice ?? "";
  assert.match(await why(closed.url), ": connection refused (ECONNREFUSED).");
  assert.match(
    await why("http://no-such-host.invalid/mnist"),
    /(unknown host|no answer from DNS) \(\w+\), as without a network\.$/,
  );
});

test("a folder that cannot be written is a reason to take the sample, too", async (context) => {
  const places = { ...withSample(context), downloadFolder: join(context.folder, "file", "mnist") };
  writeFileSync(join(context.folder, "file"), "");
  const options = { source: "auto", mirrors: [context.mirror.url], validation: 5 } as const;
  assert.match((await loadMnist(options, places)).notice ?? "", ", which cannot be downloaded; cannot write ");
});

test("without a sample, and where all of MNIST is asked for, the error names each mirror and what can be done", async (context) => {
  context.mirror.behaviour = "missing";
  const mirrors = [context.mirror.url];
  const all = { source: "mnist", mirrors, validation: 5 } as const;
  for (const [options, places] of [
    [all, withSample(context)],
    [{ ...all, source: "auto" as const }, context.places],
  ] as const) {
    const error = await refusal(loadMnist(options, places));
    assert.instance(error, DataError);
    assert.match(error.message, `${context.mirror.url}: HTTP 404`);
    const names = SMALL.map(({ file }) => `${file.name}.gz`).join(", ");
    const { downloadFolder } = context.places;
    assert.match(
      error.message,
      `By hand: put ${names} of any copy of MNIST into ${downloadFolder}, or set MNIST_DIR to the folder`,
    );
  }
  const error = await refusal(loadMnist({ source: "sample", validation: 5 }, context.places));
  assert.match(error.message, "there is no sample of MNIST here; it comes with a checkout");
});

test("the sample is read where it is asked for, or where its files are in the folder that is named", async (context) => {
  const places = withSample(context);
  const asked = await loadMnist({ source: "sample", validation: 5 }, places);
  assert.is(asked.notice, "These are MNIST's first 20 training images, not all 30, as asked for.");
  const named = await loadMnist({ dir: places.sampleFolder as string, validation: 5 }, context.places);
  assert.is(named.notice, `${places.sampleFolder} holds MNIST's first 20 training images, not all 30.`);
  for (const { train, source } of [asked, named]) {
    assert.is(train.name, "MNIST train, the first 20 without 5 drawn with seed 0");
    assert.equal([source.kind, source.title], ["sample", "MNIST's first 20"]);
  }
  process.env.MNIST_DIR = places.sampleFolder as string;
  assert.is((await loadMnist({ source: "auto", validation: 5 }, context.places)).source.kind, "sample");
  const error = await refusal(loadMnist({ validation: 5 }, context.places));
  assert.match(
    error.message,
    "not all 30. MNIST_DIR names it; name a folder that has all of MNIST, or take the sample.",
  );
  assert.equal(context.mirror.requests, []);
});

test("a tenth is set apart for validation where nothing is said, and never more than 5000, or what is said", async (context) => {
  const options = { source: "sample" } as const;
  const places = withSample(context);
  const sizes = async (more: object) => {
    const { train, validation, setApart } = await loadMnist({ ...options, ...more }, places);
    return [train.size, validation.size, setApart];
  };
  assert.equal(await sizes({}), [18, 2, 2]);
  assert.equal(await sizes({ maxValidation: 1 }), [19, 1, 1]);
  assert.equal(await sizes({ validation: 7, limit: 5 }), [5, 5, 7]);
  assert.match((await refusal(loadMnist({ ...options, validation: 20 }, places))).message, "got 20 of 20 images");
});

test("the test images alone are read from a folder that has nothing else", async (context) => {
  const absent = { "train-images-idx3-ubyte": null, "train-labels-idx1-ubyte": null };
  const dir = folderWith(context, "test-files", absent);
  const { test: digits, source, notice } = await loadMnistTest({ dir, limit: 4 }, context.places);
  assert.equal([digits.name, digits.size, notice], ["MNIST test, the first 4", 4, null]);
  assert.equal(source, { kind: "folder", folder: dir, dataset: "mnist", title: "MNIST" });
  assert.match(
    (await refusal(loadMnist({ dir, validation: 5 }, context.places))).message,
    "that has MNIST's four files",
  );
  const empty = folderWith(context, "empty", Object.fromEntries(SMALL.map(({ file }) => [file.name, null])));
  assert.match(
    (await refusal(loadMnistTest({ dir: empty }, context.places))).message,
    `neither t10k-images-idx3-ubyte.gz nor t10k-images-idx3-ubyte is in ${empty}; name the folder that has MNIST's two files for the test`,
  );
});

test("the test images alone come from the sample, which has them all, or cost a download of two files", async (context) => {
  const mirrors = [context.mirror.url];
  const { test: digits, source, notice } = await loadMnistTest({ mirrors }, withSample(context));
  assert.equal([digits.size, digits.name, digits.digest], [10, "MNIST test", SMALL[2].file.sha256]);
  assert.equal([source.kind, source.title, notice], ["sample", "MNIST", null]);
  assert.equal(context.mirror.requests, []);
  await loadMnistTest({ mirrors }, context.places);
  assert.equal(context.mirror.requests, ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]);
});

test("the synthetic test images alone are those that come with all sets", async (context) => {
  const { test: all } = await loadMnist({ source: "synthetic", seed: 4, validation: 5 }, context.places);
  const { test: alone, notice } = await loadMnistTest({ source: "synthetic", seed: 4 }, context.places);
  assert.is(alone.digest, all.digest);
  assert.match(notice ?? "", "SYNTHETIC digits");
});

test("files with dots in their names, or where torchvision and archives put them, are found", async (context) => {
  const dotted = (name: string): string => name.replace("-idx", ".idx");
  const layouts: [string, (name: string) => string][] = [
    ["dots", dotted],
    ["torchvision", (name) => join("MNIST", "raw", name)],
    ["raw", (name) => join("raw", `${name}.gz`)],
    ["nested", (name) => join(name, name)],
    ["nested-dots", (name) => join(dotted(name), dotted(name))],
  ];
  for (const [layout, pathOf] of layouts) {
    const dir = join(context.folder, layout);
    for (const { file, bytes } of SMALL) {
      const path = join(dir, pathOf(file.name));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, path.endsWith(".gz") ? gzipSync(bytes) : bytes);
    }
    const sets = await loadMnist({ dir, validation: 5 }, context.places);
    assert.equal([sets.train.size, sets.test.size], [25, 10], layout);
  }
  rmSync(join(context.folder, "torchvision", "MNIST", "raw", "t10k-labels-idx1-ubyte"));
  const error = await refusal(loadMnist({ dir: join(context.folder, "torchvision"), validation: 5 }, context.places));
  assert.match(
    error.message,
    `nor t10k-labels-idx1-ubyte is in ${join(context.folder, "torchvision", "MNIST", "raw")}`,
  );
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
    { split: "x" as "random", validation: 5 },
  ];
  for (const options of wrong) {
    const error = await refusal(loadMnist(options, context.places));
    assert.instance(error, OptionError);
    assert.match(error.message, `loadMnist: ${Object.keys(options)[0]} must`);
  }
});

test("options of another name or kind are named, and options that are none", async ({ folder, places }) => {
  const loads = { loadMnist, loadMnistTest };
  for (const [name, load] of Object.entries(loads)) {
    const cases: [unknown, string][] = [
      [{ sourc: "synthetic" }, "there is no option sourc; did you mean source?"],
      [{ mirrors: 5 }, "mirrors must be an array of strings; got 5."],
      [{ dir: 5 }, "dir must be a text that is not blank; got 5."],
      [{ timeoutMs: -1 }, "timeoutMs must be a finite number > 0; got -1."],
      [{ signal: true }, "signal must be an AbortSignal; got true."],
      [{ onProgress: 1 }, "onProgress must be a function; got 1."],
      ["synthetic", "options go in an object"],
      [null, "options go in an object"],
    ];
    for (const [options, message] of cases) {
      const error = await refusal(load(options as object, places));
      assert.instance(error, OptionError);
      assert.match(error.message, `${name}: ${message}`);
    }
  }
  for (const options of ["x", { dri: folder }, { dir: 5 }]) {
    const error = await refusal(mnistState(options as object));
    assert.instance(error, OptionError);
    assert.match(error.message, /^mnistState: (options go in|there is no option dri; did you mean dir|dir must be)/);
  }
});

test("the test images alone come from data/mnist where it has them whole, whatever the sample is like", async (context) => {
  const places = withSample(context);
  await loadMnist({ validation: 5, mirrors: [context.mirror.url] }, places);
  context.mirror.requests.length = 0;
  const name = "t10k-images-idx3-ubyte.gz";
  const inSample = join(places.sampleFolder as string, name);
  const whole = readFileSync(inSample);
  writeFileSync(inSample, "damaged");
  const { test: digits, source } = await loadMnistTest({}, places);
  assert.equal([digits.size, source.kind, source.folder], [10, "folder", places.downloadFolder]);
  // Where it is the other that is damaged, or lacks one.
  writeFileSync(inSample, whole);
  for (const damage of [
    () => writeFileSync(join(places.downloadFolder, name), "damaged"),
    () => rmSync(join(places.downloadFolder, name)),
  ]) {
    // biome-ignore format: one line
    damage();
    assert.is((await loadMnistTest({}, places)).source.kind, "sample");
  }
  assert.equal(context.mirror.requests, []);
});

test("the sample in this repository is MNIST's first 10,000 training images, and all of its test", async () => {
  const sets = await loadMnist({ source: "sample" });
  assert.equal([sets.train.size, sets.validation.size, sets.test.size], [9000, 1000, 10_000]);
  assert.equal([...sets.test.labels.data.subarray(0, 5)], [7, 2, 1, 0, 4]);
  assert.is(sets.source.title, "MNIST's first 10,000");
  assert.is(MNIST_SAMPLE_FILES.test, MNIST_FILES.test);
  const page = readFileSync("data/mnist-sample/README.md", "utf8");
  const { train, test: both } = MNIST_SAMPLE_FILES;
  for (const file of [train.images, train.labels, both.images, both.labels]) {
    assert.match(page, `| \`${file.name}.gz\` |`);
    assert.match(page, file.sha256);
  }
  for (const word of ["Yann LeCun", "Corinna Cortes", "Burges", "licenses/by-sa/3.0", "were cut"])
    assert.match(page, word);
  const { files } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(
    files.filter((name: string) => name.startsWith("data")),
    [],
  );
});

testOnMnist(test, "the sample is the beginning of the real files", async () => {
  const sample = (await loadMnist({ source: "sample", validation: 0 })).train;
  const all = (await loadMnist({ dir: MNIST_DIR, validation: 0 })).train;
  assert.equal(sample.images.data, all.images.data.subarray(0, 784 * 10_000));
  assert.equal(sample.labels.data, all.labels.data.subarray(0, 10_000));
});

testOnMnist(test, "the real files give 55,000, 5,000 and 10,000 pictures of ten classes", async () => {
  const sets = await loadMnist({ dir: MNIST_DIR });
  assert.equal([sets.train.size, sets.validation.size, sets.test.size], [55_000, 5000, 10_000]);
  assert.equal([...sets.test.labels.data.subarray(0, 5)], [7, 2, 1, 0, 4]);
  for (const set of [sets.train, sets.validation, sets.test]) assert.is(new Set(set.labels.data).size, 10);
});

test("a contiguous part of the real images is one of their order", async () => {
  const all = (await loadMnist({ source: "sample", validation: 0 })).train;
  const { train, validation } = await loadMnist({ source: "sample", seed: 3, split: "contiguous" });
  const first = Number(/the 1000 from (\d+) on$/.exec(validation.name)?.[1]);
  assert.ok(first < 9000); // this seed's does not go on at the beginning
  assert.equal(validation.images.data, all.images.data.subarray(784 * first, 784 * (first + 1000)));
  assert.equal(train.labels.data.subarray(first), all.labels.data.subarray(first + 1000));
});

test.run();
