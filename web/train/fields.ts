// The settings that are folded away: one line each, in the groups in which the form shows them.

import { DECAYS, KEEPS, OPTIMIZERS, type Recipe, SCHEDULES, SPLITS } from "../../models/index.ts";
import type { TrainSettings } from "./settings.ts";

export interface Field {
  readonly name: Exclude<keyof TrainSettings, "data" | "model" | "preset">;
  readonly label: string;
  /** What it is, or in which unit. */
  readonly hint?: string;
  /** Where it is one of a few words. */
  readonly choices?: readonly string[];
  /** What the preset says, where it says something. */
  ofRecipe?(recipe: Recipe): string | number | null;
}

export const GROUPS: Readonly<Record<string, readonly Field[]>> = {
  Optimizer: [
    { name: "optimizer", label: "Optimizer", choices: OPTIMIZERS, ofRecipe: ({ optimizer }) => optimizer },
    { name: "lr", label: "Learning rate", hint: "at its peak", ofRecipe: ({ lr }) => lr },
    { name: "schedule", label: "Schedule", choices: SCHEDULES, ofRecipe: ({ schedule }) => schedule },
    { name: "batch-size", label: "Batch size", hint: "images per step", ofRecipe: ({ batchSize }) => batchSize },
    { name: "warmup", label: "Warm-up", hint: "fraction of the run", ofRecipe: ({ warmup }) => warmup },
    { name: "min-lr", label: "Final rate", hint: "for cosine", ofRecipe: ({ minLr }) => minLr },
    { name: "momentum", label: "Momentum", hint: "for sgd and muon", ofRecipe: ({ momentum }) => momentum },
    { name: "weight-decay", label: "Weight decay", ofRecipe: ({ weightDecay }) => weightDecay },
    { name: "decay", label: "What decays", choices: DECAYS, ofRecipe: ({ decay }) => decay },
  ],
  Augmentation: [
    { name: "rotate", label: "Rotate", hint: "degrees", ofRecipe: ({ augment }) => augment.rotate },
    { name: "shift", label: "Shift", hint: "pixels", ofRecipe: ({ augment }) => augment.shift },
    { name: "scale", label: "Scale", hint: "fraction", ofRecipe: ({ augment }) => augment.scale },
    { name: "shear", label: "Slant", hint: "pixels per pixel", ofRecipe: ({ augment }) => augment.shear },
    { name: "elastic", label: "Bend", hint: "pixels", ofRecipe: ({ augment }) => augment.elastic },
    { name: "thickness", label: "Thickness", hint: "pixels", ofRecipe: ({ augment }) => augment.thickness },
    { name: "stretch", label: "Stretch", hint: "to a square, fraction", ofRecipe: ({ augment }) => augment.stretch },
    { name: "gaps", label: "Gaps", hint: "pixels", ofRecipe: ({ augment }) => augment.gaps },
    { name: "blur", label: "Blur", hint: "pixels", ofRecipe: ({ augment }) => augment.blur },
    { name: "coarse", label: "Coarse pixels", hint: "larger by", ofRecipe: ({ augment }) => augment.coarse },
    { name: "contrast", label: "Contrast", hint: "fraction", ofRecipe: ({ augment }) => augment.contrast },
    { name: "noise", label: "Noise", hint: "fraction", ofRecipe: ({ augment }) => augment.noise },
    { name: "blocks", label: "Blocks", hint: "as JPEG's", ofRecipe: ({ augment }) => augment.blocks },
    {
      name: "cooldown",
      label: "Cool-down",
      hint: "last fraction, at half strength",
      ofRecipe: ({ cooldown }) => cooldown,
    },
  ],
  "Against overfitting": [
    {
      name: "label-smoothing",
      label: "Label smoothing",
      hint: "fraction",
      ofRecipe: ({ labelSmoothing }) => labelSmoothing,
    },
    { name: "dropout", label: "Dropout", hint: "rate of the first layer", ofRecipe: ({ dropout }) => dropout },
    { name: "average", label: "Average of weights", hint: "decay rate", ofRecipe: ({ average }) => average },
    { name: "patience", label: "Patience", hint: "epochs without improvement" },
    { name: "keep", label: "Epoch to keep", choices: KEEPS, ofRecipe: ({ keep }) => keep },
    {
      name: "validation",
      label: "Validation images",
      hint: "at most a tenth",
      ofRecipe: ({ validation }) => validation,
    },
    { name: "split", label: "Validation split", choices: SPLITS, ofRecipe: ({ split }) => split },
  ],
  "This device": [
    { name: "threads", label: "Threads", hint: "changes no weights" },
    { name: "limit", label: "Image limit", hint: "per set" },
  ],
};
