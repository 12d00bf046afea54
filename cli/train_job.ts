// What `mnist train` was asked to do, and one network's part of it.

import type { Data } from "./datasets.ts";
import type { ModelName } from "./model_names.ts";
import type { Progress } from "./progress.ts";
import type { Preset, Recipe, RecipeFlags } from "./recipes.ts";

export interface TrainRequest {
  models: readonly ModelName[];
  preset: Preset;
  /** What flags say about how to train. */
  given: RecipeFlags;
  seed: number;
  limit: number | undefined;
  threads: number | "auto";
  data: string;
  /** The folder of all runs. */
  out: string;
  isJson: boolean;
  isQuiet: boolean;
}

export interface TrainJob {
  model: ModelName;
  recipe: Recipe;
  data: Data;
  request: TrainRequest;
  progress: Progress;
  signal: AbortSignal;
}
