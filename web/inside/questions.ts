// What the page asks, and what the worker behind "See inside" answers. Each question has a name, its own answer, and some of them
// tell how far they are in between.

import type { ModelName } from "../../models/index.ts";
import type { DreamStart, DreamStyle } from "./compute/dream.ts";
import type { FeatureMaps, Unit, UnitSum } from "./compute/feature_maps.ts";
import type { Fooling } from "./compute/fool.ts";
import type { Saliency } from "./compute/saliency.ts";
import type { MapPlace, Tested } from "./compute/test_digits.ts";

/** For each name what is asked, what is answered, and what is told in between. */
export interface Questions {
  /** What each stage of the CNN makes of a picture, and how one pixel came about. */
  maps: Exchange<{ pixels: Uint8Array; unit: Unit | null }, { stages: readonly FeatureMaps[]; sum: UnitSum | null }>;
  /** What each network's score of a digit hangs on. @property digit null: the one that it reads */
  saliency: Exchange<{ pixels: Uint8Array; digit: number | null }, ByNetwork<Saliency>>;
  /** The smallest change for each other digit; told as they shrink. */
  fool: Exchange<{ pixels: Uint8Array }, ByNetwork<FoolAnswer>, FoolProgress>;
  /** @property pixels what is drawn, where the dream begins with it */
  dream: Exchange<
    { digit: number; start: DreamStart; style: DreamStyle; pixels: Uint8Array | null; isPaced: boolean },
    null,
    DreamFrame
  >;
  /** The map of a thousand test digits, made when it is first asked for. */
  map: Exchange<null, MapAnswer>;
  /** Where a drawing is on it. */
  place: Exchange<{ pixels: Uint8Array }, MapPlace>;
  /** What each network reads of all test digits. */
  test: Exchange<null, TestAnswer, { readonly done: number; readonly total: number }>;
}

interface Exchange<Question, Answer, Progress = never> {
  readonly question: Question;
  readonly answer: Answer;
  readonly progress: Progress;
}

export type QuestionName = keyof Questions;
export type Question<Name extends QuestionName> = Questions[Name]["question"];
export type Answer<Name extends QuestionName> = Questions[Name]["answer"];
export type Progress<Name extends QuestionName> = Questions[Name]["progress"];

type ByNetwork<T> = Readonly<Record<ModelName, T>>;

export interface FoolAnswer {
  /** What the network reads without a change, and how surely. */
  readonly digit: number;
  readonly confidence: number;
  /** For each digit the smallest change that was found; null for its own, and where there is none. */
  readonly found: readonly (Fooling | null)[];
  /** How sure the network is then of the new digit; 0 where there is none. */
  readonly confidences: readonly number[];
}

export interface FoolProgress {
  /** From 0 to 1. */
  readonly part: number;
}

export interface DreamFrame {
  readonly step: number;
  readonly steps: number;
  readonly dreams: ByNetwork<{ readonly pixels: Uint8Array; readonly probability: number }>;
}

export interface MapAnswer {
  /** Of each digit in turn x and y. */
  readonly points: Float32Array;
  /** The share of the variance along each of the two axes. */
  readonly shares: readonly number[];
  /** How many numbers are shown by two. */
  readonly width: number;
  readonly labels: Uint8Array;
  readonly images: Uint8Array;
}

export interface TestAnswer {
  readonly tested: ByNetwork<Tested>;
  readonly labels: Uint8Array;
  readonly images: Uint8Array;
}

export type ToInside =
  /** First of all. @property kernels the content of a `.wasm` file @property weights of each network a safetensors file */
  | { readonly kind: "start"; readonly kernels: ArrayBuffer; readonly weights: ByNetwork<ArrayBuffer> }
  | { readonly kind: "ask"; readonly id: number; readonly name: QuestionName; readonly question: unknown }
  /** Nobody waits for the answer any more. */
  | { readonly kind: "drop"; readonly id: number };

export type FromInside =
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "progress"; readonly id: number; readonly progress: unknown }
  /** @property id null where it is the worker that does not work */
  | { readonly kind: "failed"; readonly id: number | null; readonly problem: string };
