// loadMnist: the three data sets, from files that are found or fetched.

import { join } from "node:path";
import { Dataset } from "../lib/data/dataset.ts";
import { empty } from "../lib/tensor/create.ts";
import { DataError, OptionError } from "../lib/tensor/errors.ts";
import type { DownloadProgress } from "./download.ts";
import { MNIST_FILES, MNIST_MIRRORS, type MnistFile, type MnistFiles } from "./mnist_files.ts";
import { fetchTo, missingFile, readFrom } from "./mnist_folder.ts";

export interface LoadMnistOptions {
  /** The folder that holds the files, and then no other is looked at. Default: MNIST_DIR, then data/mnist, then a download to it. */
  dir?: string;
  /** "mnist": these digits and no others; default. */
  source?: "mnist";
  /** How many of the training pictures are set apart for validation; default 5000. */
  validation?: number;
  /** Which ones; default 0. */
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
 * original by the SHA-256 of its content, or refused.
 *
 * @throws {DataError} a file that is missing, damaged or another; or each mirror that failed, with its reason
 * @throws {OptionError} validation, seed or limit is not an integer ≥ 0, or validation leaves nothing to train on
 * @example const { train, validation, test } = await loadMnist();
 */
export async function loadMnist(
  options: LoadMnistOptions = {},
  /** @internal */ places: MnistPlaces = PLACES,
): Promise<MnistSets> {
  const { validation = 5000, seed = 0, limit = Number.MAX_SAFE_INTEGER } = options;
  check({ validation, seed, limit });
  const size = places.files.train.labels.shape[0];
  if (validation >= size) {
    throw new OptionError(
      `loadMnist: validation must leave something to train on; got ${validation} of ${size} pictures.`,
      { validation, size },
    );
  }
  const read = await reader(options, places);
  const [train, held] = (await datasetOf("MNIST train", places.files.train, read)).split(validation, { seed });
  const test = await datasetOf("MNIST test", places.files.test, read);
  return { train: train.take(limit), validation: held.take(limit), test: test.take(limit), notice: null };
}

type Reader = (file: MnistFile) => Promise<Uint8Array>;

/** Where the files come from: one folder that has them all, or one that they are fetched to. */
async function reader(options: LoadMnistOptions, { files, downloadFolder }: MnistPlaces): Promise<Reader> {
  const { dir, mirrors = MNIST_MIRRORS, timeoutMs = 15_000, signal, onProgress } = options;
  const all = [files.train.images, files.train.labels, files.test.images, files.test.labels];
  if (dir !== undefined) {
    const missing = await missingFile(dir, all);
    if (missing) {
      throw new DataError(
        `loadMnist: neither ${missing.name}.gz nor ${missing.name} is in ${dir}; name the folder that has MNIST's four files, ` +
          `or none, to have them downloaded to ${downloadFolder}.`,
        { dir, missing: missing.name },
      );
    }
    return (file) => readFrom(dir, file);
  }
  const { MNIST_DIR } = process.env;
  if (MNIST_DIR && !(await missingFile(MNIST_DIR, all))) return (file) => readFrom(MNIST_DIR, file);
  return (file) => fetchTo(downloadFolder, file, { mirrors, timeoutMs, signal, onProgress });
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
