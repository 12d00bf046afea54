// weightsDigest: weights_sha256, equal for equal weights, whatever else a checkpoint says.

import { callback, check } from "../base/check.ts";
import { sha256 } from "../base/sha256.ts";
import { checkModule, type Module } from "../nn/module.ts";
import { stateDict } from "./checkpoint.ts";

/**
 * SHA-256 of the raw little-endian bytes of all parameters and buffers in PyTorch's layout, one behind another, in
 * ascending order of their names; in hexadecimal.
 *
 * @param hash SHA-256 of byte arrays one behind another, in hexadecimal; default one in JS, some 30 ms a megabyte
 * @throws {OptionError} not a model, or not a function
 *
 * @example weightsDigest(cnn({ seed: 1 })) === weightsDigest(cnn({ seed: 1 }))
 */
export function weightsDigest(model: Module, hash: (...parts: readonly Uint8Array[]) => string = sha256): string {
  checkModule("weightsDigest", "model", model);
  check("weightsDigest", "hash", hash, callback);
  const tensors = Object.entries(stateDict(model)).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash(...tensors.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
}
