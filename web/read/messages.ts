// What page and reader say to each other: the page draws, and the reader, a worker, computes.

import type { PictureBox, Stroke } from "../../data/index.ts";
import type { Answer, ModelName } from "../../models/index.ts";

/** What is to be read. */
export type Subject =
  | { readonly kind: "strokes"; readonly strokes: readonly Stroke[] }
  | { readonly kind: "picture"; readonly bitmap: ImageBitmap };

/** A network that comes with the page. */
export interface Shipped {
  readonly name: ModelName;
  /** Of its safetensors file. */
  readonly url: string;
}

export type ToReader =
  /** First of all. The reader fetches the files itself: the page has a screen to draw meanwhile, and would hand them over late. */
  | {
      readonly kind: "start";
      /** The address of a `.wasm` file. */
      readonly kernels: string;
      /** In the order in which they are to be ready; where weights of one's own are kept, the reader takes those. */
      readonly networks: readonly Shipped[];
    }
  /** A network to read with from now on, if it can be. */
  | {
      readonly kind: "network";
      readonly id: number;
      readonly name: ModelName;
      readonly origin: Origin;
      /** The content of a safetensors file, or its address. */
      readonly weights: ArrayBuffer | string;
    }
  /** @property isElsewhere whether a server answers: where there may be several digits, it is sent the picture */
  | { readonly kind: "read"; readonly id: number; readonly subject: Subject; readonly isElsewhere: boolean };

export type FromReader =
  | { readonly kind: "ready"; readonly card: NetworkCard }
  /** All that the reader started with is ready. */
  | { readonly kind: "started" }
  /** The network of that id is read with. */
  | { readonly kind: "taken"; readonly id: number }
  /** @property id of the network that cannot be used; null: of one's own that were kept. What was read with before still is */
  | { readonly kind: "refused"; readonly id: number | null; readonly problem: string }
  /** Of what `id` names, by the networks that are ready; once more when another one is, unless a server answers. */
  | { readonly kind: "reading"; readonly id: number; readonly reading: Reading }
  /** Where what `id` names holds several: a moment after the reading, so that a pen that goes on waits for none of it. */
  | { readonly kind: "digits"; readonly id: number; readonly digits: AllDigits }
  /** The same, of what a server is to read. */
  | { readonly kind: "several"; readonly id: number; readonly picture: SentPicture }
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

/** All digits of a picture. */
export interface AllDigits {
  /** The picture's, of which boxes are pixels. */
  readonly width: number;
  readonly height: number;
  /** In reading order, as each network reads them. */
  readonly digits: Readonly<Partial<Record<ModelName, readonly PlacedAnswer[]>>>;
}

export interface PlacedAnswer {
  readonly digit: number;
  readonly confidence: number;
  readonly isDigit: boolean | null;
  readonly box: PictureBox;
}

/** A picture on its way to a server. */
export interface SentPicture {
  readonly width: number;
  readonly height: number;
  /** A PNG file. */
  readonly file: Blob;
}

export interface Reading {
  /** What the networks see: 28 × 28, row by row, 0 for paper and 255 for ink. */
  readonly pixels: Uint8Array;
  readonly isBlank: boolean;
  readonly warnings: readonly string[];
  readonly answers: Readonly<Partial<Record<ModelName, Answer>>>;
}
