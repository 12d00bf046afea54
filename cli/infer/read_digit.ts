// One picture through the network.

import process from "node:process";
import { noGrad, normalizeImages, type Sequential, scope, softmax, tensor } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";

/** What `mnist infer --json` prints for a file. A blank picture has no class, and nothing was computed. */
export interface Answer {
  file: string;
  model: ModelName;
  /** The file of its weights. */
  checkpoint: string;
  /** Which of the registry's versions they are; null: none. */
  version: number | null;
  predicted_class: number | null;
  /** The probability of that class. */
  confidence: number | null;
  probabilities: number[] | null;
  /** The network's own time, without decoding and preprocessing. */
  latency_ms: number | null;
  warnings: readonly string[];
}

export interface SeenDigit extends Pick<Answer, "file" | "model" | "checkpoint" | "version" | "warnings"> {
  /** 28×28, as the training images are. */
  pixels: Uint8Array;
  isBlank: boolean;
}

const SIDE = 28;

/** The network's answer for what preprocessing made of a picture. */
export function readDigit(network: Sequential, { pixels, warnings, isBlank, ...about }: SeenDigit): Answer {
  if (isBlank) {
    const nothing = { predicted_class: null, confidence: null, probabilities: null, latency_ms: null };
    return { ...about, ...nothing, warnings: [...warnings, "the picture is blank"] };
  }
  // Not performance.now(): Node loads performance when it is first used, which takes longer than the network.
  const started = process.hrtime.bigint();
  const probabilities = classify(network, pixels);
  const latency_ms = Number(process.hrtime.bigint() - started) / 1e6;
  const confidence = Math.max(...probabilities);
  return {
    ...about,
    predicted_class: probabilities.indexOf(confidence),
    confidence,
    probabilities,
    latency_ms,
    warnings,
  };
}

/** The first call compiles the kernels, which is no part of anybody's latency. */
export function warmUp(network: Sequential): void {
  classify(network, new Uint8Array(SIDE * SIDE));
}

/** Pixels to probabilities. */
export function classify(network: Sequential, pixels: Uint8Array): number[] {
  return scope(() =>
    noGrad(() => {
      const x = normalizeImages(tensor(pixels, [1, SIDE, SIDE], "u8"));
      return [...softmax(network.forward(x), -1).data];
    }),
  );
}
