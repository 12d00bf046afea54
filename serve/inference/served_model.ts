// ServedModel: one version of a network, ready to run on normalised images.

import { createHash } from "node:crypto";
import { noGrad, type Sequential, scope, softmax, tensor, weightsDigest } from "../../lib/index.ts";
import { type CheckpointMetadata, type DigitLikeness, type ModelName, readDigitLikeness } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;
/** Of the weights that ship with the package: no version of `mnist promote`, which counts from 1. */
export const SHIPPED_VERSION = "0";

export interface NetworkOutput {
  /** [n, 10], row by row. */
  logits: Float32Array;
  /** Their softmax. */
  probabilities: Float32Array;
}

export class ServedModel {
  readonly name: ModelName;
  /** A number, as text: that of `mnist promote`, or 0 for the shipped weights. */
  readonly version: string;
  readonly metadata: CheckpointMetadata;
  /** Of its checkpoint. */
  readonly path: string;
  readonly network: Sequential;
  /** Says whether a picture shows a digit at all; null where the checkpoint does not say how. */
  readonly likeness: DigitLikeness | null;
  private digest: string | undefined;

  constructor({ name, version, metadata, network, path }: LoadedModel) {
    this.name = name;
    this.version = version === null ? SHIPPED_VERSION : String(version);
    this.metadata = metadata;
    this.path = path;
    this.network = network;
    this.likeness = readDigitLikeness(metadata.digitLikeness);
    // Compiles the kernels, and folds what evaluation folds: no client waits for it.
    this.run(new Float32Array(PIXELS));
  }

  /** SHA-256 of the weights, as `mnist train` prints it; computed when it is first asked for. */
  get weightsSha256(): string {
    this.digest ??= weightsDigest(this.network, sha256);
    return this.digest;
  }

  /** @param images [n, 28, 28], normalised; an answer does not depend on the images beside it */
  run(images: Float32Array): NetworkOutput {
    const count = images.length / PIXELS;
    return scope(() =>
      noGrad(() => {
        const logits = this.network.forward(tensor(images, [count, SIDE, SIDE, 1]));
        const probabilities = softmax(logits, -1);
        return { logits: logits.values.slice(), probabilities: probabilities.values.slice() };
      }),
    );
  }
}

/** By Node: in JS it would hold the event loop ten times as long. */
function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
