// Checkpoints in files.

import { basename } from "node:path";
import { CheckpointError } from "../base/errors.ts";
import { readFileBounded } from "../base/read_file.node.ts";
import { systemCode } from "../base/system_error.ts";
import type { Module } from "../nn/module.ts";
import { reasonOf, writeFileAtomic } from "./atomic_file.node.ts";
import { encodeCheckpoint, type LoadOptions, readCheckpoint } from "./checkpoint.ts";

/**
 * Writes the model's state as safetensors, in PyTorch's layout and under its names.
 *
 * @param metadata texts kept with it
 * @throws {RuntimeError} the file cannot be written
 * @example saveCheckpoint("outputs/cnn.safetensors", model, { dataset: "cifar10" })
 */
export function saveCheckpoint(path: string, model: Module, metadata: Readonly<Record<string, string>> = {}): void {
  writeFileAtomic(path, encodeCheckpoint(model, metadata));
}

/**
 * Puts the state in a file into the model. A file that does not fit changes nothing.
 *
 * @param options.stripPrefix what stands before the model's names in the file, e.g. "module."
 * @returns the file's metadata
 * @throws {CheckpointError} a file that is missing, damaged, or another model's
 * @example loadCheckpoint("outputs/cnn.safetensors", model.eval())
 */
export function loadCheckpoint(path: string, model: Module, options: LoadOptions = {}): Record<string, string> {
  let bytes: Uint8Array;
  try {
    bytes = readFileBounded(path, mostBytes(model));
  } catch (error) {
    throw new CheckpointError(
      `loadCheckpoint: ${path} cannot be read: ${reasonOf(error)}. Check the path, or train a model first.`,
      { path, code: systemCode(error) },
    );
  }
  return readCheckpoint("loadCheckpoint", model, bytes, basename(path), options);
}

/** Eight bytes for a number, as f64 takes, and room for names, texts, and a little more than another network of its kind. */
function mostBytes(model: Module): number {
  const numbers = [...model.namedParameters(), ...model.namedBuffers()].reduce((sum, [, { size }]) => sum + size, 0);
  return 8 * numbers + 2 ** 28;
}
