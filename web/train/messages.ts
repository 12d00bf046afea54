// What page and trainer say to each other: the page asks and shows, and the trainer, a worker, trains.

import type { EpochReport, Evaluation } from "../../lib/index.ts";
import type { StepPoint } from "../../lib/plot/index.ts";
import type { ModelName } from "../../models/index.ts";
import type { TrainSettings } from "./settings.ts";

/** Digits that were given to the page: MNIST's files or others of their form, or pictures, each with its path. */
export type GivenDigits =
  | { readonly kind: "files"; readonly files: readonly File[] }
  | { readonly kind: "pictures"; readonly pictures: readonly { readonly path: string; readonly file: Blob }[] };

export type ToTrainer =
  /** First of all. @property kernels the content of a `.wasm` file; @property poolUrl the script of its threads */
  | { readonly kind: "kernels"; readonly kernels: ArrayBuffer; readonly poolUrl: string }
  /** Brings back what was kept on the device. */
  | { readonly kind: "restore" }
  | { readonly kind: "give"; readonly digits: GivenDigits }
  | { readonly kind: "start"; readonly settings: TrainSettings; readonly mode: "run" | "step" }
  /** `keep`: the state, now: the page is hidden, which may be its end. `end`: threads first, then the trainer itself.
   * `take over`: what another tab has. */
  | { readonly kind: "pause" | "resume" | "step" | "stop" | "discard" | "keep" | "end" | "take over" }
  /** What the networks see of the drawing; null: nothing is drawn. */
  | { readonly kind: "drawing"; readonly pixels: Uint8Array | null };

export type FromTrainer =
  | { readonly kind: "changed"; readonly changes: Partial<TrainingView> }
  | { readonly kind: "ended" };

/** `paused` also where a run was brought back. `done` and `failed` are ends; a failed run may have a state to resume from. */
export type Phase = "idle" | "loading" | "running" | "paused" | "testing" | "done" | "failed";

/** All that there is to see of the training. */
export interface TrainingView {
  readonly phase: Phase;
  /** What goes on within the phase, in a few words; null where the phase says enough. */
  readonly detail: string | null;
  /** What went wrong, in one line. */
  readonly problem: string | null;
  /** Why what was given are no digits to train on, in one line. */
  readonly ownProblem: string | null;
  readonly machine: Machine | null;
  readonly run: RunCard | null;
  readonly progress: Progress | null;
  readonly epochs: readonly EpochReport[];
  /** Means over a few steps each. */
  readonly losses: readonly StepPoint[];
  readonly live: LiveView | null;
  readonly outcome: TrainOutcome | null;
  readonly own: OwnCard | null;
  /** Whether another tab has a run: then this one has none. */
  readonly isElsewhere: boolean;
  /** Whether the run, and what came of it, outlast the page. */
  readonly isKept: boolean;
}

export const NOTHING_YET: TrainingView = {
  phase: "idle",
  detail: null,
  problem: null,
  ownProblem: null,
  machine: null,
  run: null,
  progress: null,
  epochs: [],
  losses: [],
  live: null,
  outcome: null,
  own: null,
  isElsewhere: false,
  isKept: true,
};

export interface Machine {
  readonly threads: number;
  /** Why it is that many. */
  readonly why: string;
  /** How the kernels round here: where it is the same, the weights are. */
  readonly arithmetic: string;
}

export interface RunCard {
  readonly settings: TrainSettings;
  /** "MNIST's first 10,000" */
  readonly title: string;
  readonly images: { readonly train: number; readonly validation: number; readonly test: number };
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly batchSize: number;
}

export interface Progress {
  /** From 1. */
  readonly epoch: number;
  /** Steps of it that are done. */
  readonly step: number;
  readonly imagesPerSecond: number;
  /** Of all parts of the run. */
  readonly seconds: number;
}

/** How the network is right now. */
export interface LiveView {
  readonly filters: Filters;
  /** Of so many validation images: [actual][predicted]. */
  readonly confusion: Evaluation["confusion"] | null;
  /** Its probabilities for the ten digits, of the drawing. */
  readonly answer: readonly number[] | null;
}

/** What the first layer looks for: `count` squares of `side` × `side` weights, one behind another. */
export interface Filters {
  readonly side: number;
  readonly count: number;
  readonly weights: Float32Array;
}

export interface TrainOutcome {
  readonly model: ModelName;
  readonly testAccuracy: number;
  readonly testImages: number;
  readonly confusion: Evaluation["confusion"];
  /** Whose weights these are; null before the first epoch has ended. */
  readonly epoch: number | null;
  /** Why there were fewer epochs than planned; null where there were not. */
  readonly stopped: string | null;
  readonly seconds: number;
  readonly parameters: number;
  readonly weightsSha256: string;
  /** The content of the safetensors file. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

/** The digits that were given to the page. */
export interface OwnCard {
  /** "Fashion-MNIST", "pictures" */
  readonly name: string;
  /** How the command line is told of them, behind --data; null where it cannot read them. */
  readonly dataWords: readonly string[] | null;
  readonly images: number;
  /** None: a sixth is set apart for the test. */
  readonly testImages: number;
  /** What one should know of them, in a line each. */
  readonly notes: readonly string[];
}
