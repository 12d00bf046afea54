// exportSafetensors: a network's weights for PyTorch and its like.

import { encodeCheckpoint } from "../../lib/formats/checkpoint.ts";
import { writeCheckpointMetadata } from "../checkpoint_metadata.ts";
import type { ExportableModel } from "./exportable_model.ts";

/**
 * The state in PyTorch's layout and names, with the checkpoint's metadata. The same weights and metadata give the same bytes.
 *
 * @example const bytes = exportSafetensors({ name: "cnn", network, metadata });
 */
export function exportSafetensors({ network, metadata }: ExportableModel): Uint8Array {
  return encodeCheckpoint(network, writeCheckpointMetadata(metadata));
}
