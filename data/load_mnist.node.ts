// loadMnist: the three data sets, from files that are found or fetched. What reads and fetches is loaded when it is
// called, so that a program which only decodes pictures does not wait for it.

import { join } from "node:path";
import {
  abortSignal,
  callback,
  checkOptions,
  integer,
  oneOf,
  positive,
  type Rule,
  string,
  strings,
} from "../lib/base/check.ts";
import { DataError, OptionError } from "../lib/base/errors.ts";
import { formatCount } from "../lib/base/format_count.ts";
import { notBlank } from "../lib/base/line.ts";
import { Dataset, SPLITS, type SplitOptions } from "../lib/data/dataset.ts";
import { empty } from "../lib/tensor/create.ts";
import type { Tensor } from "../lib/tensor/tensor.ts";
import { checkDatasetName } from "./dataset_name.ts";
import { datasetTitle } from "./dataset_title.ts";
import type { DownloadProgress } from "./download.node.ts";
import { DownloadError } from "./download_error.ts";
import {
  DIGIT_CLASSES,
  type DigitSet,
  MNIST_FILES,
  MNIST_MIRRORS,
  MNIST_NORMALIZATION,
  MNIST_SAMPLE_FILES,
  type MnistFile,
  type MnistFiles,
  type MnistRole,
  partOf,
} from "./mnist.ts";
import type { MnistContent } from "./mnist_content.ts";
import { sampleFolder } from "./sample_folder.node.ts";
import { syntheticDigitsAsync } from "./synthetic.ts";

export const DATA_SOURCES = ["auto", "mnist", "sample", "synthetic"] as const;
export type DataSource = (typeof DATA_SOURCES)[number];

export interface LoadTestOptions {
  /**
   * The folder that holds the files, and then no other is looked at. Default: MNIST_DIR's, else data/mnist, where what is
   * missing is downloaded to. The files may have dots in their names (`train-images.idx3-ubyte`), or lie in `MNIST/raw` or
   * `raw` below the folder, as torchvision keeps them.
   */
  dir?: string;
  /**
   * "mnist": all of MNIST; default. "auto": the same, or the sample where MNIST is in no folder and cannot be downloaded.
   * "sample": MNIST's first 10,000 training images and its whole test set, which come with a checkout of the repository.
   * "synthetic": digits generated in code.
   */
  source?: DataSource;
  /**
   * What to call another data set in MNIST's form that the folder holds, as results shall call it: "Fashion-MNIST". Its form is
   * checked, its digest is not. Images of a set or files called "emnist…" are transposed, since EMNIST stores them so.
   */
  datasetName?: string;
  /** Of the synthetic digits, and of the split; default 0. */
  seed?: number;
  /** At most this many images in each set. */
  limit?: number;
  /** Base URLs to download from, in order; default: the public mirrors. */
  mirrors?: readonly string[];
  /** How long a mirror may take to answer; default 4 s where there is a sample to fall back on, else `timeoutMs`. */
  answerTimeoutMs?: number;
  /** How long it may send nothing after that; default 15 s. */
  timeoutMs?: number;
  /** Stops it: the promise is then rejected with the signal's reason, or a download's own error. */
  signal?: AbortSignal;
  onProgress?(progress: DownloadProgress): void;
}

export interface LoadMnistOptions extends LoadTestOptions {
  /** How many of the training images are set apart for validation; default: `maxValidation`, or a tenth of them where that is less. */
  validation?: number;
  /** Default 5000. */
  maxValidation?: number;
  /**
   * "random": chosen one by one; default. "contiguous": one after another in MNIST's order, which is that of the writers: see `Dataset.split`.
   * Synthetic digits all have one writer: either way it is their last.
   */
  split?: SplitOptions["how"];
}

const TEST_RULES: Readonly<Record<keyof LoadTestOptions, Rule>> = {
  dir: notBlank,
  source: oneOf(...DATA_SOURCES),
  datasetName: string,
  seed: integer(0),
  limit: integer(0),
  mirrors: strings,
  answerTimeoutMs: positive,
  timeoutMs: positive,
  signal: abortSignal,
  onProgress: callback,
};
const SETS_RULES: Readonly<Record<keyof LoadMnistOptions, Rule>> = {
  ...TEST_RULES,
  validation: integer(0),
  maxValidation: integer(0),
  split: oneOf(...SPLITS),
};

/** What was loaded, for results to say. */
export interface MnistSource {
  /** "download" where a file had to be fetched. */
  readonly kind: "folder" | "download" | "sample" | "synthetic" | "other";
  /** Where the files are; null for synthetic digits. */
  readonly folder: string | null;
  /** What a result was measured on: "mnist", "synthetic", or the other data set's name. */
  readonly dataset: string;
  /** What a network was trained on, for people: "MNIST", "MNIST's first 10,000", "synthetic digits, not MNIST", "Fashion-MNIST". */
  readonly title: string;
}

export interface MnistTest {
  test: DigitSet;
  source: MnistSource;
  /** What the user must be told: that these are not all of MNIST's digits, and why. */
  notice: string | null;
}

export interface MnistSets extends MnistTest {
  train: DigitSet;
  validation: DigitSet;
  /** How many images were set apart for validation, whatever `limit` left of them. */
  setApart: number;
}

/** What tests replace. */
export interface MnistPlaces {
  files: MnistFiles;
  sample: MnistFiles;
  /** Null in an installation without the sample. */
  sampleFolder: string | null;
  downloadFolder: string;
}

function places(): MnistPlaces {
  return {
    ...{ files: MNIST_FILES, sample: MNIST_SAMPLE_FILES },
    ...{ sampleFolder: sampleFolder(), downloadFolder: join("data", "mnist") },
  };
}

/** Where there is something else to fall back on, nobody wants to wait for a network that is not there. */
const SHORT_ANSWER_TIMEOUT_MS = 4000;
const TIMEOUT_MS = 15_000;
const MAX_VALIDATION = 5000;
/** What all sets of digits have in common. */
const DIGITS = { classes: DIGIT_CLASSES, normalization: MNIST_NORMALIZATION };

/**
 * MNIST: 60,000 training images, of which some are set apart for validation, and 10,000 for the test.
 *
 * The four IDX files, gzipped or not, are read from `dir` if it is given, else from the folder that the
 * environment variable MNIST_DIR names, and must be there then. With neither they are looked for in data/mnist
 * of the working directory; what is missing there is downloaded to it, continuing an earlier download that was
 * interrupted. Every file is proven to be the original by the SHA-256 of its content, or refused: also with
 * source "auto", for files that were named.
 *
 * @throws {DataError} a file that is missing, damaged or another; or each mirror that failed, with its reason
 * @throws {OptionError} a number is not an integer ≥ 0, validation leaves nothing to train on, or an unknown source or split
 * @example const { train, validation, test } = await loadMnist();
 */
export function loadMnist(options?: LoadMnistOptions): Promise<MnistSets>;
/** @internal */
export function loadMnist(options: LoadMnistOptions | undefined, at: MnistPlaces): Promise<MnistSets>;
export async function loadMnist(options: LoadMnistOptions = {}, at: MnistPlaces = places()): Promise<MnistSets> {
  checkOptions("loadMnist", options, SETS_RULES);
  checkName(options);
  const { source, validation, maxValidation = MAX_VALIDATION, split: how, seed = 0, limit = ALL } = options;
  const setApartOf = (size: number): number => {
    const setApart = validation ?? Math.min(maxValidation, Math.floor(size / 10));
    if (setApart < size) return setApart;
    throw new OptionError(
      `loadMnist: validation must leave something to train on; got ${setApart} of ${size} images.`,
      { validation: setApart, size },
    );
  };
  // Before anything is fetched, where the size is known.
  if (options.datasetName === undefined) setApartOf(at.files.train.labels.shape[0]);
  if (source === "synthetic") {
    const size = at.files.train.labels.shape[0];
    const setApart = setApartOf(size);
    const train = await synthetic(options, 0, size - setApart);
    const held = await synthetic(options, size - setApart, setApart);
    return { train, validation: held, setApart, ...(await syntheticTest(options, at)) };
  }
  const { sets, ...rest } = await realSets(options, at, ["train", "test"]);
  const setApart = setApartOf(sets.train.size);
  const [train, held] = sets.train.split(setApart, { seed, how });
  return { train: train.take(limit), validation: held.take(limit), setApart, test: sets.test.take(limit), ...rest };
}

/**
 * MNIST's test images alone: what `loadMnist` gives as `test`, without a look at the training files, which need not be there.
 * The sample has all of them: where there is one, "auto" and "mnist" take them from it if they are not in data/mnist, and
 * download nothing.
 *
 * @throws as `loadMnist`
 * @example const { test } = await loadMnistTest({ dir: "MNIST/raw" });
 */
export function loadMnistTest(options?: LoadTestOptions): Promise<MnistTest>;
/** @internal */
export function loadMnistTest(options: LoadTestOptions | undefined, at: MnistPlaces): Promise<MnistTest>;
export async function loadMnistTest(options: LoadTestOptions = {}, at: MnistPlaces = places()): Promise<MnistTest> {
  checkOptions("loadMnistTest", options, TEST_RULES);
  checkName(options);
  if (options.source === "synthetic") return syntheticTest(options, at);
  const { sets, ...rest } = await realSets(options, at, ["test"]);
  return { test: sets.test.take(options.limit ?? ALL), ...rest };
}

const ALL = Number.MAX_SAFE_INTEGER;

interface Loaded<R extends MnistRole> {
  sets: Record<R, DigitSet>;
  source: MnistSource;
  notice: string | null;
}

async function realSets<R extends MnistRole>(
  options: LoadTestOptions,
  at: MnistPlaces,
  roles: readonly R[],
): Promise<Loaded<R>> {
  const { source = "mnist", dir } = options;
  const named = dir ?? (process.env.MNIST_DIR || null);
  if (options.datasetName !== undefined) return fromOther(options.datasetName, named, options.signal, roles);
  if (source === "sample") return fromSample(options, at, roles, "as asked for");
  if (named !== null) return fromFolder(options, at, roles, named);
  const isTestAlone = roles.every((role) => role === "test");
  if (isTestAlone && at.sampleFolder !== null) {
    return (await fromEarlierDownload(options, at, roles)) ?? fromSample(options, at, roles, "");
  }
  try {
    return await fromMirrors(options, at, roles);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (source === "auto" && at.sampleFolder !== null) return fromSample(options, at, roles, whyNot(error, at));
    if (!(error instanceof DownloadError)) throw error;
    throw new DownloadError(error.fileName, error.failures, error.hint, [...error.remarks, byHand(at)]);
  }
}

/** Why the sample is used: what became of data/mnist and of the download, in one line. */
function whyNot(error: DataError, { downloadFolder }: MnistPlaces): string {
  if (!(error instanceof DownloadError)) {
    return `which cannot be downloaded; ${error.message.replace(/^\w+: |\.$/g, "")}`;
  }
  const state = error.remarks.length > 0 ? "damaged in" : "not in";
  return `which are ${state} ${downloadFolder} and cannot be downloaded; ${error.summary}`;
}

/** What to do where no mirror can be reached. */
function byHand({ files: { train, test }, downloadFolder }: MnistPlaces): string {
  const names = [train.images, train.labels, test.images, test.labels].map(({ name }) => `${name}.gz`);
  return `By hand: put ${names.join(", ")} of any copy of MNIST into ${downloadFolder}, or set MNIST_DIR to the folder that has them.`;
}

/** @param why the sample is used in place of all of MNIST, which makes no difference to the test */
async function fromSample<R extends MnistRole>(
  { signal }: LoadTestOptions,
  { files, sample, sampleFolder: folder }: MnistPlaces,
  roles: readonly R[],
  why: string,
): Promise<Loaded<R>> {
  if (folder === null) {
    throw new DataError(
      "loadMnist: there is no sample of MNIST here; it comes with a checkout of simdgrad's repository, not with the npm package. " +
        "Name a folder that has MNIST's four files, or let them be downloaded.",
    );
  }
  const { readFrom } = await import("./mnist_folder.node.ts");
  const sets = await readSets(files, roles, signal, (file) => readFrom(folder, [partOf(file, sample)]));
  if (!("train" in sets)) return { sets, source: mnistSource("sample", folder), notice: null };
  const notice = `These are MNIST's first ${trainingImages(sample)} training images, not all ${trainingImages(files)}, ${why}.`;
  return { sets, source: mnistSource("sample", folder, sample), notice };
}

/** @throws {DataError} it lacks a file: whoever names a folder means it, and wants no download for a misspelt one */
async function fromFolder<R extends MnistRole>(
  { dir, source, signal }: LoadTestOptions,
  { files, sample, downloadFolder }: MnistPlaces,
  roles: readonly R[],
  named: string,
): Promise<Loaded<R>> {
  const { folderOf, readFrom } = await import("./mnist_folder.node.ts");
  const wanted = roles.flatMap((role) => [files[role].images, files[role].labels]);
  const { folder, missing } = await folderOf(named, wanted);
  if (missing) {
    const origin = dir === undefined ? `the folder ${folder}, which MNIST_DIR names` : folder;
    throw new DataError(
      `loadMnist: neither ${missing.name}.gz nor ${missing.name} is in ${origin}; name the folder that has MNIST's ${FILES[wanted.length]}, ` +
        `or none, to have them downloaded to ${downloadFolder}.`,
      { dir: named, missing: missing.name },
    );
  }
  // Somebody may have copied the sample there.
  let isSample = false;
  const sets = await readSets(files, roles, signal, async (file) => {
    const content = await readFrom(folder, [file, partOf(file, sample)]);
    isSample ||= content.file.sha256 !== file.sha256;
    return content;
  });
  if (!isSample) return { sets, source: mnistSource("folder", folder), notice: null };
  const notice = `${folder} holds MNIST's first ${trainingImages(sample)} training images, not all ${trainingImages(files)}.`;
  // Who names the folder here and now means what is in it; a variable set long ago does not make "mnist" mean less.
  if (dir === undefined && source !== "auto") {
    throw new DataError(
      `loadMnist: ${notice} MNIST_DIR names it; name a folder that has all of MNIST, or take the sample.`,
      {
        folder,
      },
    );
  }
  return { sets, source: mnistSource("sample", folder, sample), notice };
}

/** How messages name a number of files. */
const FILES: Readonly<Record<number, string>> = { 2: "two files for the test", 4: "four files" };

async function fromMirrors<R extends MnistRole>(
  options: LoadTestOptions,
  { files, sampleFolder, downloadFolder: folder }: MnistPlaces,
  roles: readonly R[],
): Promise<Loaded<R>> {
  const { source, mirrors = MNIST_MIRRORS, timeoutMs = TIMEOUT_MS, signal, onProgress } = options;
  const hasOther = source === "auto" && sampleFolder !== null;
  const { answerTimeoutMs = hasOther ? Math.min(SHORT_ANSWER_TIMEOUT_MS, timeoutMs) : timeoutMs } = options;
  const { fetchTo } = await import("./mnist_folder.node.ts");
  let isNew = false;
  const sets = await readSets(files, roles, signal, async (file) => {
    const content = await fetchTo(folder, file, { mirrors, answerTimeoutMs, timeoutMs, signal, onProgress });
    isNew ||= content.isNew;
    return content;
  });
  return { sets, source: mnistSource(isNew ? "download" : "folder", folder), notice: null };
}

/** What is in the folder for downloads; null where that is not all, or not whole. */
async function fromEarlierDownload<R extends MnistRole>(
  { signal }: LoadTestOptions,
  { files, downloadFolder: folder }: MnistPlaces,
  roles: readonly R[],
): Promise<Loaded<R> | null> {
  const { pathOf, readFrom } = await import("./mnist_folder.node.ts");
  for (const file of roles.flatMap((role) => [files[role].images, files[role].labels])) {
    if ((await pathOf(folder, file)) === null) return null;
  }
  try {
    const sets = await readSets(files, roles, signal, (file) => readFrom(folder, [file]));
    return { sets, source: mnistSource("folder", folder), notice: null };
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

async function fromOther<R extends MnistRole>(
  name: string,
  named: string | null,
  signal: AbortSignal | undefined,
  roles: readonly R[],
): Promise<Loaded<R>> {
  const { findOtherSet, readOtherSet } = await import("./other_set.node.ts");
  if (named === null) {
    throw new OptionError(`loadMnist: ${name} is looked for in a folder; say in which, or set MNIST_DIR.`, {
      datasetName: name,
    });
  }
  const found = await findOtherSet(named, name, roles);
  const { folder, isTransposed } = found;
  const sets: Partial<Record<MnistRole, DigitSet>> = {};
  for (const role of roles) {
    signal?.throwIfAborted();
    const { images, labels, size } = await readOtherSet(found, role);
    sets[role] = await withDigest(`${name} ${role}`, tensorOf(images, [size, 28, 28]), tensorOf(labels, [size]));
  }
  const upright = isTransposed ? " They are stored transposed, as EMNIST's are, and were turned upright." : "";
  return {
    sets: sets as Record<R, DigitSet>,
    source: { kind: "other", folder, dataset: name, title: name },
    notice: `These are the images of ${name} in ${folder}, not MNIST's; that they are the right ones was not checked.${upright}`,
  };
}

/** @param part the training images, where they are not all of MNIST's */
function mnistSource(kind: MnistSource["kind"], folder: string, part?: MnistFiles): MnistSource {
  return {
    kind,
    folder,
    dataset: "mnist",
    title: part ? `MNIST's first ${trainingImages(part)}` : datasetTitle("mnist"),
  };
}

/** How many training images, as people write it. */
function trainingImages({ train }: MnistFiles): string {
  return formatCount(train.labels.shape[0]);
}

/** @param read gives one file's elements */
async function readSets<R extends MnistRole>(
  files: MnistFiles,
  roles: readonly R[],
  signal: AbortSignal | undefined,
  read: (file: MnistFile) => Promise<MnistContent>,
): Promise<Record<R, DigitSet>> {
  const load = async (wanted: MnistFile) => {
    signal?.throwIfAborted();
    const { file, data } = await read(wanted);
    return { tensor: tensorOf(data, file.shape), file };
  };
  const sets: Partial<Record<MnistRole, DigitSet>> = {};
  for (const role of roles) {
    const { tensor: images, file } = await load(files[role].images);
    const { tensor: labels } = await load(files[role].labels);
    const isWhole = file.sha256 === files[role].images.sha256;
    const name = isWhole ? `MNIST ${role}` : `MNIST ${role}, the first ${file.shape[0]}`;
    sets[role] = new Dataset({ name, images, labels, digest: file.sha256, ...DIGITS });
  }
  return sets as Record<R, DigitSet>;
}

/** Behind the training digits, so that no image is in two sets. */
async function syntheticTest(options: LoadTestOptions, { files: { train, test } }: MnistPlaces): Promise<MnistTest> {
  return {
    test: await synthetic(options, train.labels.shape[0], test.labels.shape[0]),
    source: { kind: "synthetic", folder: null, dataset: "synthetic", title: datasetTitle("synthetic") },
    notice:
      "These are SYNTHETIC digits, generated in code, not MNIST, as asked for. " +
      "What is measured on them says nothing about handwriting.",
  };
}

async function synthetic(
  { seed = 0, limit = ALL, signal }: LoadTestOptions,
  start: number,
  size: number,
): Promise<DigitSet> {
  const { name, images, labels } = await syntheticDigitsAsync({ start, count: Math.min(size, limit), seed, signal });
  return withDigest(name, images, labels);
}

/** With the digest that the library would work out when asked, but by Node, which takes a twentieth of the time. */
async function withDigest(name: string, images: Tensor<"u8">, labels: Tensor<"u8">): Promise<DigitSet> {
  const { createHash } = await import("node:crypto");
  const digest = createHash("sha256").update(images.data).update(labels.data).digest("hex");
  return new Dataset({ name, images, labels, digest, ...DIGITS });
}

function tensorOf(data: Uint8Array, shape: readonly number[]): Tensor<"u8"> {
  const tensor = empty(shape, "u8").keep();
  tensor.data.set(data);
  return tensor;
}

/** @throws {OptionError} the name is none, or the source is another than a folder */
function checkName({ source = "mnist", datasetName }: LoadTestOptions): void {
  if (datasetName === undefined) return;
  checkDatasetName(datasetName);
  if (source === "mnist" || source === "auto") return;
  throw new OptionError(`loadMnist: source "${source}" is not ${datasetName}; name the folder that holds it.`, {
    source,
    datasetName,
  });
}
