// The networks with the weights that ship, and how well they read.

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

/** How many of MNIST's test images they read, as pages and messages say it: "99.63 %". */
export function shippedAccuracy(name: ModelName): string {
  return `${(100 * testAccuracy(name)).toFixed(2)} %`;
}

/** Of 10,000. */
export function shippedMistakes(name: ModelName): number {
  return Math.round(10_000 * (1 - testAccuracy(name)));
}

function testAccuracy(name: ModelName): number {
  const run = new URL(`../../models/pretrained/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(run, "utf8")).test_accuracy;
}
