// mnistState: which of MNIST's files are there, and whether they are the originals. Nothing is downloaded.

import { join } from "node:path";
import { DataError } from "../lib/base/errors.ts";
import { MNIST_FILES, type MnistFiles } from "./mnist.ts";
import { pathOf, readFrom } from "./mnist_folder.node.ts";

export interface MnistFileState {
  /** Without ".gz". */
  name: string;
  /** Where it is; null where it is missing. */
  path: string | null;
  /** What its content must hash to. */
  sha256: string;
  /** Why it is not the original; null where it is, or is missing. */
  problem: string | null;
}

export interface MnistState {
  folder: string;
  /** Whether somebody named the folder: then loadMnist downloads nothing to it. */
  isNamed: boolean;
  files: MnistFileState[];
}

/**
 * The files that loadMnist would read, each hashed: from `dir`, else from the folder that MNIST_DIR names, else from
 * data/mnist. It throws nothing for files that are missing or damaged.
 *
 * @example (await mnistState()).files.every(({ path, problem }) => path !== null && problem === null)
 */
export async function mnistState(
  { dir }: { dir?: string } = {},
  /** @internal */ places: { files: MnistFiles } = { files: MNIST_FILES },
): Promise<MnistState> {
  const named = dir ?? (process.env.MNIST_DIR || null);
  const folder = named ?? join("data", "mnist");
  const { train, test } = places.files;
  const files: MnistFileState[] = [];
  for (const file of [train.images, train.labels, test.images, test.labels]) {
    const { name, sha256 } = file;
    const path = await pathOf(folder, file);
    let problem: string | null = null;
    try {
      if (path !== null) await readFrom(folder, [file]);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problem = error.message;
    }
    files.push({ name, path, sha256, problem });
  }
  return { folder, isNamed: named !== null, files };
}
