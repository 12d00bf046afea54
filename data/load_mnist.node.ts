// loadMnist: the three data sets, from files that are found or fetched. What reads and fetches is loaded when it is
// called, so that a program which only decodes pictures does not wait for it.

import { join } from "node:path";
import { DataError, OptionError } from "../lib/base/errors.ts";
import { Dataset, SPLITS, type SplitOptions } from "../lib/data/dataset.ts";
import { empty } from "../lib/tensor/create.ts";
import type { DownloadProgress } from "./download.node.ts";
import { MNIST_FILES, MNIST_MIRRORS, type MnistFile, type MnistFiles } from "./mnist.ts";
import { syntheticDigitsAsync } from "./synthetic.ts";

export type DataSource = "mnist" | "auto" | "synthetic";

export interface LoadMnistOptions {
  /** The folder that holds the files, and then no other is looked at. Default: MNIST_DIR's, else data/mnist, where what is missing is downloaded to. */
  dir?: string;
  /**
   * "mnist": these digits and no others; default. "synthetic": digits generated in code. "auto": the former,
   * or the latter, with a notice, where MNIST is nowhere and cannot be downloaded.
   */
  source?: DataSource;
  /** How many of the training pictures are set apart for validation; default 5000. */
  validation?: number;
  /**
   * "drawn": one by one; default. "block": one after another in MNIST's order, which is that of the writers: see `Dataset.split`.
   * Synthetic digits are all by the same hand: either way it is their last.
   */
  heldOut?: SplitOptions["how"];
  /** Which ones, and which synthetic digits; default 0. */
  seed?: number;
  /** At most so many pictures in each of the three sets, after validation was set apart. */
  limit?: number;
  /** Base URLs to download from, in order; default: the public mirrors. */
  mirrors?: readonly string[];
  /** How long a mirror may send nothing; default 15 s. */
  timeoutMs?: number;
  /** Stops it: the promise is then rejected with the signal's reason, or a download's own error. */
  signal?: AbortSignal;
  onProgress?(progress: DownloadProgress): void;
}

export interface MnistSets {
  train: Dataset;
  validation: Dataset;
  test: Dataset;
  /** What the user must be told: that these are not MNIST's digits, and why. */
  notice: string | null;
}

/** What tests replace. */
export interface MnistPlaces {
  files: MnistFiles;
  downloadFolder: string;
}

const PLACES: MnistPlaces = { files: MNIST_FILES, downloadFolder: join("data", "mnist") };

/**
 * MNIST: 60,000 training pictures, of which some are set apart for validation, and 10,000 for the test.
 *
 * The four IDX files, gzipped or not, are read from `dir` if it is given, else from the folder that the
 * environment variable MNIST_DIR names, and must be there then. With neither they are looked for in data/mnist
 * of the working directory; what is missing there is downloaded to it, going on where an earlier download was
 * interrupted. Every file is proven to be the original by the SHA-256 of its content, or refused: also with
 * source "auto", for files that were named.
 *
 * @throws {DataError} a file that is missing, damaged or another; or each mirror that failed, with its reason
 * @throws {OptionError} validation, seed or limit is not an integer ≥ 0, validation leaves nothing to train on, source or
 *   heldOut is none of those
 * @example const { train, validation, test } = await loadMnist();
 */
export async function loadMnist(
  options: LoadMnistOptions = {},
  /** @internal */ places: MnistPlaces = PLACES,
): Promise<MnistSets> {
  const { source = "mnist", validation = 5000, seed = 0, limit = Number.MAX_SAFE_INTEGER } = options;
  check({ validation, seed, limit });
  const size = places.files.train.labels.shape[0];
  if (validation >= size) {
    throw new OptionError(
      `loadMnist: validation must leave something to train on; got ${validation} of ${size} pictures.`,
      { validation, size },
    );
  }
  checkChoice("source", source, ["mnist", "auto", "synthetic"]);
  checkChoice("heldOut", options.heldOut ?? "drawn", SPLITS);
  const made = (why: string): Promise<MnistSets> => syntheticSets(options, places, why);
  if (source === "synthetic") return made("as asked for");
  const folder = await localFolder(options, places);
  if (folder !== null || source === "mnist") return realSets(options, places, folder);
  try {
    return await realSets(options, places, null);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return made(
      `since MNIST_DIR names no folder, and MNIST is neither in ${places.downloadFolder} nor to be had: ${error.message}`,
    );
  }
}

/** @param folder has all files; null to have them fetched */
async function realSets(options: LoadMnistOptions, places: MnistPlaces, folder: string | null): Promise<MnistSets> {
  const { validation = 5000, heldOut: how, seed = 0, limit = Number.MAX_SAFE_INTEGER } = options;
  const { mirrors = MNIST_MIRRORS, timeoutMs = 15_000, signal, onProgress } = options;
  const { fetchTo, readFrom } = await import("./mnist_folder.node.ts");
  const read: Reader = (file) => {
    signal?.throwIfAborted();
    return folder === null
      ? fetchTo(places.downloadFolder, file, { mirrors, timeoutMs, signal, onProgress })
      : readFrom(folder, file);
  };
  const all = await datasetOf("MNIST train", places.files.train, read);
  const [train, held] = all.split(validation, { seed, how });
  const test = await datasetOf("MNIST test", places.files.test, read);
  return { train: train.take(limit), validation: held.take(limit), test: test.take(limit), notice: null };
}

/** Sets of MNIST's sizes, no picture in two of them. */
async function syntheticSets(options: LoadMnistOptions, { files }: MnistPlaces, why: string): Promise<MnistSets> {
  const { validation = 5000, seed = 0, limit = Number.MAX_SAFE_INTEGER, signal } = options;
  const [size, testSize] = [files.train.labels.shape[0], files.test.labels.shape[0]];
  const make = async (start: number, count: number): Promise<Dataset> =>
    withDigest(await syntheticDigitsAsync({ start, count: Math.min(count, limit), seed, signal }));
  return {
    train: await make(0, size - validation),
    validation: await make(size - validation, validation),
    test: await make(size, testSize),
    notice:
      `These are SYNTHETIC digits, generated in code, not MNIST, ${why.replace(/\.$/, "")}. ` +
      "What is measured on them says nothing about handwriting.",
  };
}

/** The same that the library would work out when asked, but by Node, which takes a twentieth of the time. */
async function withDigest({ name, images, labels }: Dataset): Promise<Dataset> {
  const { createHash } = await import("node:crypto");
  const digest = createHash("sha256").update(images.data).update(labels.data).digest("hex");
  return new Dataset({ name, images, labels, digest });
}

type Reader = (file: MnistFile) => Promise<Uint8Array>;

/**
 * The folder that was named, or else MNIST_DIR's; null where neither was.
 *
 * @throws {DataError} it lacks a file: whoever names a folder means it, and wants no download for a misspelt one
 */
async function localFolder({ dir }: LoadMnistOptions, { files, downloadFolder }: MnistPlaces): Promise<string | null> {
  const all = [files.train.images, files.train.labels, files.test.images, files.test.labels];
  const named = dir ?? (process.env.MNIST_DIR || null);
  if (named === null) return null;
  const { missingFile } = await import("./mnist_folder.node.ts");
  const missing = await missingFile(named, all);
  if (!missing) return named;
  const origin = dir === undefined ? `the folder ${named}, which MNIST_DIR names` : named;
  throw new DataError(
    `loadMnist: neither ${missing.name}.gz nor ${missing.name} is in ${origin}; name the folder that has MNIST's four files, ` +
      `or none, to have them downloaded to ${downloadFolder}.`,
    { dir: named, missing: missing.name },
  );
}

async function datasetOf(name: string, files: { images: MnistFile; labels: MnistFile }, read: Reader) {
  const load = async (file: MnistFile) => {
    const bytes = await read(file);
    const tensor = empty(file.shape, "u8").keep();
    tensor.data.set(bytes);
    return tensor;
  };
  const images = await load(files.images);
  return new Dataset({ name, images, labels: await load(files.labels), digest: files.images.sha256 });
}

function check(options: Record<string, number>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isInteger(value) && value >= 0) continue;
    throw new OptionError(`loadMnist: ${name} must be an integer ≥ 0; got ${value}.`, { [name]: value });
  }
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const known = choices.map((choice) => JSON.stringify(choice));
  const list = `${known.slice(0, -1).join(", ")} or ${known[known.length - 1]}`;
  throw new OptionError(`loadMnist: ${name} must be ${list}; got ${JSON.stringify(value)}.`, { [name]: value });
}
