// weights_sha256: equal for equal weights, whatever else a checkpoint says.

import { createHash } from "node:crypto";
import { type Module, stateDict } from "../../lib/index.ts";

/**
 * SHA-256 of the raw little-endian bytes of all parameters and buffers in PyTorch's layout, one behind another, in
 * ascending order of their names.
 */
export function weightsDigest(model: Module): string {
  const hash = createHash("sha256");
  const tensors = Object.entries(stateDict(model)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, { data }] of tensors) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex");
}
