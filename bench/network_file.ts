// A checkpoint of one of the networks: which of them, its weights, and what it says of itself.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { CheckpointError, decodeCheckpoint, type Sequential } from "../lib/index.ts";
import { type CheckpointMetadata, MODEL_NAMES, networkOf, readCheckpointMetadata } from "../models/index.ts";

export interface NetworkFile {
  readonly file: string;
  /** In evaluation mode. */
  readonly network: Sequential;
  readonly metadata: CheckpointMetadata;
}

/** Those that ship, as `--checkpoints` has them. */
export const SHIPPED = MODEL_NAMES.filter((name) => networkOf(name).isShipped)
  .map((name) => `models/pretrained/${name}.safetensors`)
  .join(",");

/** @throws {CheckpointError} it is none of the networks' */
export function readNetwork(file: string): NetworkFile {
  const bytes = readFileSync(file);
  const reasons: string[] = [];
  for (const name of MODEL_NAMES) {
    const network = networkOf(name).build({ seed: 0 });
    try {
      const metadata = readCheckpointMetadata(decodeCheckpoint(network, bytes, basename(file)));
      network.eval();
      return { file, network, metadata };
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message}`);
    }
  }
  throw new CheckpointError(`${file} is the checkpoint of no network. ${reasons.join(" ")}`, { file });
}
