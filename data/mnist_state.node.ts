// mnistState: which of MNIST's files are there, and whether they are the originals. Nothing is downloaded.

import { join } from "node:path";
import { checkOptions } from "../lib/base/check.ts";
import { DataError } from "../lib/base/errors.ts";
import { notBlank } from "../lib/base/line.ts";
import { MNIST_FILES, type MnistFile, partOf } from "./mnist.ts";
import { folderOf, pathOf, readFrom } from "./mnist_folder.node.ts";
import { sampleFolder } from "./sample_folder.node.ts";

export interface MnistFileState {
  /** Without ".gz". */
  name: string;
  /** Where it is; null where it is missing. */
  path: string | null;
  /** What its content must hash to. */
  sha256: string;
  /** Why it is not that; null where it is, or is missing. */
  problem: string | null;
}

export interface MnistState {
  /** The one with the files, which may be below the one that was named. */
  folder: string;
  /** Whether somebody named the folder: then loadMnist downloads nothing to it. */
  isNamed: boolean;
  files: MnistFileState[];
  /** The files of the sample in this checkout; null where it has no sample. */
  sample: MnistFileState[] | null;
}

/**
 * The files that loadMnist would read, each hashed: from `dir`, else from the folder that MNIST_DIR names, else from
 * data/mnist; and those of the sample. It throws nothing for files that are missing or damaged.
 *
 * @throws {OptionError} an option of another name, or dir is no text, or a blank one
 * @example (await mnistState()).files.every(({ path, problem }) => path !== null && problem === null)
 */
export async function mnistState(options: { dir?: string } = {}): Promise<MnistState> {
  checkOptions("mnistState", options, { dir: notBlank });
  const { dir } = options;
  const named = dir ?? (process.env.MNIST_DIR || null);
  const { train, test } = MNIST_FILES;
  const all = [train.images, train.labels, test.images, test.labels];
  const { folder } = await folderOf(named ?? join("data", "mnist"), all);
  const sample = sampleFolder();
  return {
    folder,
    isNamed: named !== null,
    // The folder may be a copy of the sample.
    files: await statesOf(
      folder,
      all.map((file) => [file, partOf(file)]),
    ),
    sample:
      sample === null
        ? null
        : await statesOf(
            sample,
            all.map((file) => [partOf(file)]),
          ),
  };
}

/** @param files what each may be, the original first */
async function statesOf(folder: string, files: readonly (readonly MnistFile[])[]): Promise<MnistFileState[]> {
  const states: MnistFileState[] = [];
  for (const candidates of files) {
    const [{ name, sha256 }] = candidates;
    const state: MnistFileState = { name, path: await pathOf(folder, candidates[0]), sha256, problem: null };
    try {
      if (state.path !== null) state.sha256 = (await readFrom(folder, candidates)).file.sha256;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      state.problem = error.message;
    }
    states.push(state);
  }
  return states;
}
