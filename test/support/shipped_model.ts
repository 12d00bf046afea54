// The networks with the weights that ship.

import { readFileSync } from "node:fs";
import { decodeCheckpoint, type Sequential } from "../../lib/index.ts";
import type { ExportableModel } from "../../models/export/index.ts";
import { cnn, linear } from "../../models/index.ts";

/** In evaluation mode. */
export function shippedModel(name: "cnn" | "linear"): ExportableModel {
  const network = name === "cnn" ? cnn() : linear();
  const file = `${name}.safetensors`;
  const bytes = readFileSync(new URL(`../../models/pretrained/${file}`, import.meta.url));
  const metadata = decodeCheckpoint(network, bytes, file);
  return { name, network: network.eval() as Sequential, metadata };
}
