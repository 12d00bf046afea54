// The code of an exported module. The exporter writes the constants declared here behind it.

import type { judge } from "./judge.ts";
import type { Layer, Network } from "./layer.ts";
import { plainNetwork } from "./plain_network.ts";
import { wasmNetwork } from "./wasm_network.ts";

/** WebAssembly, and little-endian f32, in base64. */
declare const KERNELS: string;
declare const PARAMETERS: string;
declare const LAYERS: readonly Layer[];
/** What the network was trained with: of pixels from 0 to 1. */
declare const MEAN: number;
declare const STD: number;
/** Null where the checkpoint does not say what digits look like. */
declare const JUDGING: { readonly judge: typeof judge } | null;
/** What the checkpoint says of itself. */
declare const model: { readonly checkpoint: Readonly<Record<string, string>> };

export interface Prediction {
  digit: number;
  probabilities: number[];
  logits: number[];
  /** Whether the picture shows a digit at all; null where the checkpoint does not say what digits look like. */
  isDigit: boolean | null;
  /** Why not, as a sentence without a full stop; null where it does, or nobody can say. */
  reason: string | null;
  /** How far from digits the picture lies, and beyond which distance nothing is one; null where nobody can say. */
  distance: number | null;
  threshold: number | null;
}

const PIXELS = 28 * 28;

let network: Network | null = null;

/**
 * Reads one picture. The first call loads the network.
 *
 * @param pixels 28×28, row by row, from 0 for paper to 255 for ink
 * @throws {Error} the network gives NaN or an infinite number: its weights are damaged, or their training diverged
 * @throws {RangeError} another number of pixels, or a value that is not from 0 to 255
 */
export function predict(pixels: ArrayLike<number>): Prediction {
  const x = normalize(pixels);
  network ??= load();
  const logits = Array.from(network(x));
  const wrong = logits.find((logit) => !Number.isFinite(logit));
  if (wrong !== undefined) {
    throw new Error(
      `predict: the network gives ${wrong}; its weights are damaged, or their training diverged. Export another checkpoint.`,
    );
  }
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const probabilities = powers.map((power) => power / total);
  const judgement = JUDGING?.judge(model.checkpoint.digit_likeness, pixels, logits) ?? UNKNOWN;
  return { digit: logits.indexOf(largest), probabilities, logits, ...judgement };
}

const UNKNOWN = { isDigit: null, reason: null, distance: null, threshold: null };

/** (pixel/255 − mean)/std, rounded as the network's training data were. */
function normalize(pixels: ArrayLike<number>): Float32Array {
  if (pixels?.length !== PIXELS) {
    throw new RangeError(
      `predict: a picture has ${PIXELS} pixels; got ${pixels?.length}. Give 28×28 values, row by row, 0 for paper to 255 for ink.`,
    );
  }
  const { fround } = Math;
  const [mean, std] = [fround(MEAN), fround(STD)];
  const x = new Float32Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const value = pixels[i];
    if (!(value >= 0 && value <= 255)) {
      throw new RangeError(`predict: pixels go from 0 for paper to 255 for ink; got ${value} at index ${i}.`);
    }
    x[i] = fround(fround(value / 255) - mean) / std;
  }
  return x;
}

function load(): Network {
  const parameters = new Float32Array(decodeBase64(PARAMETERS).buffer);
  const module = compile();
  return module ? wasmNetwork(module, LAYERS, parameters) : plainNetwork(LAYERS, parameters);
}

/** Null where the host has no WebAssembly SIMD, or a page or an edge runtime forbids compiling. */
function compile(): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(decodeBase64(KERNELS));
  } catch {
    return null;
  }
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
