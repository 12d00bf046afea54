// The networks with the weights that ship.

import { readFileSync } from "node:fs";
import { decodeCheckpoint, type Sequential } from "../../lib/index.ts";
import type { ExportableModel } from "../../models/export/index.ts";
import { type ModelName, networkOf, readCheckpointMetadata } from "../../models/index.ts";

/** In evaluation mode. */
export function shippedModel(name: ModelName): ExportableModel {
  const network = networkOf(name).build();
  const file = `${name}.safetensors`;
  const bytes = readFileSync(new URL(`../../models/pretrained/${file}`, import.meta.url));
  const metadata = readCheckpointMetadata(decodeCheckpoint(network, bytes, file));
  return { name, network: network.eval() as Sequential, metadata };
}
