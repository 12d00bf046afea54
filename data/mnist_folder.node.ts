// MNIST's files in a folder, under the names that they go by: found, read, or fetched into it.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../lib/base/errors.ts";
import { type DownloadOptions, download } from "./download.node.ts";
import { DownloadError } from "./download_error.ts";
import { fileBytes, type MnistFile } from "./mnist.ts";
import type { MnistContent } from "./mnist_content.ts";
import { readBytes, readMnistFile } from "./mnist_file.node.ts";

/** The largest of MNIST's files has 47 million bytes. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
/** Where others keep the files below the folder that one names: torchvision, and archives with a folder in them. */
const BELOW = [".", join("MNIST", "raw"), "raw", "MNIST"];

/** The names that a file goes by: some archives have a dot for the dash, and some a folder for each file. */
function namesOf({ name }: MnistFile): string[] {
  const dotted = name.replace("-idx", ".idx");
  return [`${name}.gz`, name, `${dotted}.gz`, dotted, join(name, name), join(dotted, dotted)];
}

/** The path of the file, gzipped or not; null where it is not in the folder. */
export async function pathOf(folder: string, file: MnistFile): Promise<string | null> {
  for (const name of namesOf(file)) {
    const path = join(folder, name);
    const entry = await stat(path).catch(() => null);
    if (entry?.isFile()) return path;
  }
  return null;
}

/**
 * The folder that holds the files: the one that was named, or one below it where others keep them.
 *
 * @returns the folder with most of them, and the first that it lacks, null where it has all
 */
export async function folderOf(
  named: string,
  files: readonly MnistFile[],
): Promise<{ folder: string; missing: MnistFile | null }> {
  let best = { folder: named, missing: files[0] as MnistFile | null };
  let most = 0;
  for (const below of BELOW) {
    const folder = join(named, below);
    const paths = await Promise.all(files.map((file) => pathOf(folder, file)));
    const count = paths.filter((path) => path !== null).length;
    if (count === files.length) return { folder, missing: null };
    if (count > most) best = { folder, missing: files[paths.indexOf(null)] };
    most = Math.max(most, count);
  }
  return best;
}

/**
 * @param files what it may be, all by the same name: the original first
 * @throws {DataError} it is missing, cannot be read, or is not one of MNIST's files
 */
export async function readFrom(folder: string, files: readonly MnistFile[]): Promise<MnistContent> {
  const path = await pathOf(folder, files[0]);
  if (path === null) throw new DataError(`loadMnist: ${files[0].name}.gz is not in ${folder}.`, { folder });
  return readMnistFile(readBytes(path, MAX_FILE_BYTES), files, path);
}

export type FetchOptions = Omit<DownloadOptions<unknown>, "fileName" | "folder" | "maxBytes" | "accept">;

/**
 * The file from the folder, if a whole one is there; else downloaded to it.
 *
 * @throws {DataError} no mirror has it, or the folder cannot be written
 */
export async function fetchTo(
  folder: string,
  file: MnistFile,
  options: FetchOptions,
): Promise<MnistContent & { isNew: boolean }> {
  const damage: string[] = [];
  if ((await pathOf(folder, file)) !== null) {
    try {
      return { ...(await readFrom(folder, [file])), isNew: false };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      damage.push(error.message);
    }
  }
  try {
    const content = await download({
      ...options,
      folder,
      fileName: `${file.name}.gz`,
      // Random bytes do not compress, so gzip adds its frame; the slack is generous.
      maxBytes: fileBytes(file) + 65536,
      accept: (bytes, url) => readMnistFile(bytes, [file], url),
    });
    return { ...content, isNew: true };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (!(error instanceof DownloadError)) throw error;
    throw new DownloadError(error.fileName, error.failures, error.hint, damage);
  }
}
