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
  /** A network to read with from now on, if it can be; answered in the order in which they come. */
  | {
      readonly kind: "network";
      readonly name: ModelName;
      /** The content of a safetensors file. */
      readonly weights: ArrayBuffer;
      readonly origin: Origin;
    }
  | { readonly kind: "read"; readonly id: number; readonly subject: Subject };

export type FromReader =
  | { readonly kind: "ready"; readonly card: NetworkCard }
  /** The weights of a network cannot be used; what was read with before still is. */
  | { readonly kind: "refused"; readonly problem: string }
  /** Of what `id` names, by the networks that are ready; once more when another one is. */
  | { readonly kind: "reading"; readonly id: number; readonly reading: Reading }
  /** @property id of what could not be read; null where it is the reader that does not work */
  | { readonly kind: "failed"; readonly id: number | null; readonly problem: string };

/** Where weights come from: the package, what the shipped ones were taught here, a training in this page, somebody's file. */
export type Origin = "shipped" | OwnOrigin;
export type OwnOrigin = "taught" | "trained" | "opened";

/** What there is to say of a network. */
export interface NetworkCard {
  readonly name: ModelName;
  readonly origin: Origin;
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
