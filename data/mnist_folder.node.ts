// MNIST's files in a folder: found, read, or fetched into it.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../lib/base/errors.ts";
import { type DownloadProgress, download } from "./download.node.ts";
import { fileBytes, type MnistFile } from "./mnist.ts";
import { readMnistFile } from "./mnist_file.node.ts";

export interface FetchOptions {
  mirrors: readonly string[];
  timeoutMs: number;
  signal?: AbortSignal;
  onProgress?(progress: DownloadProgress): void;
}

/** The path of the file, gzipped or not; null where neither is in the folder. */
export async function pathOf(folder: string, file: MnistFile): Promise<string | null> {
  for (const name of [`${file.name}.gz`, file.name]) {
    const path = join(folder, name);
    const entry = await stat(path).catch(() => null);
    if (entry?.isFile()) return path;
  }
  return null;
}

/** The first of the files that the folder lacks; null where it has all. */
export async function missingFile(folder: string, files: readonly MnistFile[]): Promise<MnistFile | null> {
  for (const file of files) if ((await pathOf(folder, file)) === null) return file;
  return null;
}

/** @throws {DataError} it is missing, cannot be read, or is not the original */
export async function readFrom(folder: string, file: MnistFile): Promise<Uint8Array> {
  const path = await pathOf(folder, file);
  if (path === null) throw new DataError(`loadMnist: ${file.name}.gz is not in ${folder}.`, { folder });
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new DataError(`loadMnist: cannot read ${path}; ${error.code}.`, { path, code: error.code });
  });
  return readMnistFile(bytes, file, path);
}

/**
 * The file from the folder, if a whole one is there; else downloaded to it.
 *
 * @throws {DataError} no mirror has it, or the folder cannot be written
 */
export async function fetchTo(folder: string, file: MnistFile, options: FetchOptions): Promise<Uint8Array> {
  const damage: string[] = [];
  if ((await pathOf(folder, file)) !== null) {
    try {
      return await readFrom(folder, file);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      damage.push(error.message);
    }
  }
  try {
    return await download({
      ...options,
      folder,
      fileName: `${file.name}.gz`,
      // Random bytes do not compress, so gzip adds its frame; the slack is generous.
      maxBytes: fileBytes(file) + 65536,
      accept: (bytes, url) => readMnistFile(bytes, file, url),
    });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError([error.message, ...damage].join(" "), error.details);
  }
}
