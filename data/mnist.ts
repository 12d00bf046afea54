// loadMnist: the three data sets, from files that are found or fetched.

import { join } from "node:path";
import { Dataset } from "../lib/data/dataset.ts";
import { syntheticDigits } from "../lib/data/synthetic.ts";
import { empty } from "../lib/tensor/create.ts";
import { DataError, OptionError } from "../lib/tensor/errors.ts";
import type { DownloadProgress } from "./download.ts";
import { MNIST_FILES, MNIST_MIRRORS, type MnistFile, type MnistFiles } from "./mnist_files.ts";
import { fetchTo, missingFile, readFrom } from "./mnist_folder.ts";

export type DataSource = "mnist" | "auto" | "synthetic";

export interface LoadMnistOptions {
  /** The folder that holds the files, and then no other is looked at. Default: MNIST_DIR, then data/mnist, then a download to it. */
  dir?: string;
  /**
   * "mnist": these digits and no others; default. "synthetic": digits generated in code. "auto": the former,
   * or the latter, with a notice, where MNIST is nowhere and cannot be downloaded.
   */
  source?: DataSource;
  /** How many of the training pictures are set apart for validation; default 5000. */
  validation?: number;
  /** Which ones, and which synthetic digits; default 0. */
  seed?: number;
  /** At most so many pictures in each of the three sets, after validation was set apart. */
  limit?: number;
  /** Base URLs to download from, in order; default: the public mirrors. */
  mirrors?: readonly string[];
  /** How long a mirror may send nothing; default 15 s. */
  timeoutMs?: number;
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
 * The four IDX files, gzipped or not, are looked for in `dir` if it is given, else in the folder that the
 * environment variable MNIST_DIR names, then in data/mnist of the working directory; what is missing there
 * is downloaded to it, going on where an earlier download was interrupted. Every file is proven to be the
 * original by the SHA-256 of its content, or refused: also with source "auto", for files that were named.
 *
 * @throws {DataError} a file that is missing, damaged or another; or each mirror that failed, with its reason
 * @throws {OptionError} validation, seed or limit is not an integer ≥ 0, or validation leaves nothing to train on
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
  if (!["mnist", "auto", "synthetic"].includes(source)) {
    throw new OptionError(`loadMnist: source must be "mnist", "auto" or "synthetic"; got ${JSON.stringify(source)}.`, {
      source,
    });
  }
  const made = (why: string): MnistSets => syntheticSets({ validation, seed, limit, places, why });
  if (source === "synthetic") return made("as asked for");
  const folder = await localFolder(options, places);
  if (folder !== null || source === "mnist") return realSets(options, places, folder);
  try {
    return await realSets(options, places, null);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return made(
      `since MNIST is neither in MNIST_DIR nor in ${places.downloadFolder}, and not to be had: ${error.message}`,
    );
  }
}

/** @param folder has all files; null to have them fetched */
async function realSets(options: LoadMnistOptions, places: MnistPlaces, folder: string | null): Promise<MnistSets> {
  const { validation = 5000, seed = 0, limit = Number.MAX_SAFE_INTEGER } = options;
  const { mirrors = MNIST_MIRRORS, timeoutMs = 15_000, signal, onProgress } = options;
  const read: Reader = (file) =>
    folder === null
      ? fetchTo(places.downloadFolder, file, { mirrors, timeoutMs, signal, onProgress })
      : readFrom(folder, file);
  const [train, held] = (await datasetOf("MNIST train", places.files.train, read)).split(validation, { seed });
  const test = await datasetOf("MNIST test", places.files.test, read);
  return { train: train.take(limit), validation: held.take(limit), test: test.take(limit), notice: null };
}

interface SyntheticSetsOptions {
  validation: number;
  seed: number;
  limit: number;
  places: MnistPlaces;
  why: string;
}

/** Sets of MNIST's sizes, no picture in two of them. */
function syntheticSets({ validation, seed, limit, places: { files }, why }: SyntheticSetsOptions): MnistSets {
  const [size, testSize] = [files.train.labels.shape[0], files.test.labels.shape[0]];
  const make = (start: number, count: number): Dataset =>
    syntheticDigits({ start, count: Math.min(count, limit), seed });
  return {
    train: make(0, size - validation),
    validation: make(size - validation, validation),
    test: make(size, testSize),
    notice:
      `These are SYNTHETIC digits, generated in code, not MNIST, ${why.replace(/\.$/, "")}. ` +
      "What is measured on them says nothing about handwriting.",
  };
}

type Reader = (file: MnistFile) => Promise<Uint8Array>;

/** The folder that has all files: the one that was named, or else MNIST_DIR's. null where neither was. */
async function localFolder({ dir }: LoadMnistOptions, { files, downloadFolder }: MnistPlaces): Promise<string | null> {
  const all = [files.train.images, files.train.labels, files.test.images, files.test.labels];
  if (dir !== undefined) {
    const missing = await missingFile(dir, all);
    if (!missing) return dir;
    throw new DataError(
      `loadMnist: neither ${missing.name}.gz nor ${missing.name} is in ${dir}; name the folder that has MNIST's four files, ` +
        `or none, to have them downloaded to ${downloadFolder}.`,
      { dir, missing: missing.name },
    );
  }
  const { MNIST_DIR } = process.env;
  return MNIST_DIR && !(await missingFile(MNIST_DIR, all)) ? MNIST_DIR : null;
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
