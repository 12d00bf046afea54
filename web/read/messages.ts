// What page and reader say to each other: the page draws, and the reader, a worker, computes.

import type { Stroke } from "../../data/index.ts";
import type { Answer, ModelName } from "../../models/index.ts";

/** What is to be read. */
export type Subject =
  | { readonly kind: "strokes"; readonly strokes: readonly Stroke[] }
  | { readonly kind: "picture"; readonly bitmap: ImageBitmap };

export type ToReader =
  /** First of all. @property kernels the content of a `.wasm` file */
  | { readonly kind: "kernels"; readonly kernels: ArrayBuffer }
  /** A network to read with from now on. @property weights the content of a safetensors file */
  | { readonly kind: "network"; readonly name: ModelName; readonly weights: ArrayBuffer }
  | { readonly kind: "read"; readonly id: number; readonly subject: Subject };

export type FromReader =
  | { readonly kind: "ready"; readonly card: NetworkCard }
  /** Of what `id` names, by the networks that are ready; once more when another one is. */
  | { readonly kind: "reading"; readonly id: number; readonly reading: Reading }
  /** @property id of what could not be read; null where it is the reader that does not work */
  | { readonly kind: "failed"; readonly id: number | null; readonly problem: string };

/** What there is to say of a network. */
export interface NetworkCard {
  readonly name: ModelName;
  /** "the CNN" */
  readonly label: string;
  readonly parameters: number;
  /** Null where its file does not say. */
  readonly testAccuracy: number | null;
  /** "MNIST's test images" */
  readonly testedOn: string;
}

export interface Reading {
  /** What the networks see: 28 × 28, row by row, 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array;
  readonly isBlank: boolean;
  readonly warnings: readonly string[];
  readonly answers: Readonly<Partial<Record<ModelName, Answer>>>;
}
