// What `mnist train` was asked to do, and one network's part of it.

import type { TrainingState } from "../../lib/index.ts";
import type { ModelName, Preset, Recipe, RecipeChoices } from "../../models/index.ts";
import type { Data } from "../load/datasets.ts";
import type { Progress } from "../terminal/progress.ts";
import type { RunFolder } from "./run_folder.ts";
import type { LogSizes } from "./run_log.ts";

/** What may change from one half of a run to the next: no weight depends on it. */
export interface Circumstances {
  threads: number | "auto";
  /** The training time of the whole run; undefined: no limit. */
  maxSeconds: number | undefined;
  /** Seconds between two states within an epoch. */
  saveEvery: number;
  /** The folder of all runs. */
  out: string;
  isJson: boolean;
  isQuiet: boolean;
}

export interface TrainRequest extends Circumstances {
  models: readonly ModelName[];
  preset: Preset;
  /** What flags say about how to train. */
  given: RecipeChoices;
  patience: number | undefined;
  seed: number;
  limit: number | undefined;
  data: string;
}

/** What a run was begun with, and goes on with when it is resumed. */
export interface RunPlan {
  model: ModelName;
  recipe: Recipe;
  patience: number | null;
  seed: number;
  limit: number | null;
  /** What --data said. */
  data: string;
  command: string;
  /** As ISO 8601. */
  started: string;
  /** When it was resumed, likewise. */
  resumed: readonly string[];
}

/** What an earlier half of a run left behind. */
export interface ResumedRun {
  folder: RunFolder;
  state: TrainingState;
  /** How much of its log counts. */
  logSizes: LogSizes;
}

export interface TrainJob {
  plan: RunPlan;
  data: Data;
  circumstances: Circumstances;
  /** The run that is gone on with; null for a new one. */
  resume: ResumedRun | null;
  progress: Progress;
  signal: AbortSignal;
}
