// mnist export --format safetensors

import { encodeCheckpoint } from "../../lib/index.ts";
import type { LoadedModel } from "../checkpoints/checkpoints.ts";

/** The state in PyTorch's layout and names, with the checkpoint's metadata. */
export function exportSafetensors({ network, metadata }: LoadedModel): Uint8Array {
  return encodeCheckpoint(network, metadata);
}
