// Files that are either the old one or the new one, whatever happens in between; and checkpoints in them.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Module } from "../nn/module.ts";
import { CheckpointError, RuntimeError } from "../tensor/errors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

/**
 * Replaces a file in one step: written beside it under another name, flushed to the disk, renamed. Whoever reads
 * `path` sees all of the old content or all of the new; a failure leaves the old one, and nothing beside it.
 *
 * @throws {RuntimeError} the file cannot be written: no space, no permission, no such folder
 */
export function writeFileAtomic(path: string, bytes: Uint8Array): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${process.hrtime.bigint()}.tmp`);
  try {
    writeAndFlush(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new RuntimeError(
      `writeFileAtomic: ${path} cannot be written: ${reason(error)}. What was there is unchanged.`,
      {
        path,
        code: (error as NodeJS.ErrnoException).code,
      },
    );
  }
  flushFolder(folder);
}

/**
 * Writes the model's state as safetensors, in PyTorch's layout and under its names.
 *
 * @param metadata texts kept with it
 * @throws {RuntimeError} the file cannot be written
 * @example saveCheckpoint("outputs/cnn.safetensors", model, { dataset: "mnist" })
 */
export function saveCheckpoint(path: string, model: Module, metadata: Readonly<Record<string, string>> = {}): void {
  writeFileAtomic(path, encodeCheckpoint(model, metadata));
}

/**
 * Puts the state in a file into the model. A file that does not fit changes nothing.
 *
 * @returns the file's metadata
 * @throws {CheckpointError} a file that is missing, damaged, or another model's
 * @example loadCheckpoint("outputs/cnn.safetensors", model.eval())
 */
export function loadCheckpoint(path: string, model: Module): Record<string, string> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CheckpointError(
      `loadCheckpoint: ${path} cannot be read: ${reason(error)}. Check the path, or train a model first.`,
      { path, code: (error as NodeJS.ErrnoException).code },
    );
  }
  return decodeCheckpoint(model, bytes, basename(path));
}

function writeAndFlush(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the renaming itself durable, where the system can: Windows opens no folders. */
function flushFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The new file is in place and whole all the same.
  }
}

/** Node's "ENOENT: no such file or directory, open '…'" without its tail. */
function reason(error: unknown): string {
  const { message } = error as Error;
  return message.replace(/, \w+( '.*)?$/s, "");
}
