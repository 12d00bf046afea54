// How each network is trained where no flag says otherwise: chosen on the validation images.

import {
  Adam,
  AdamW,
  constantLr,
  cosineLr,
  type Module,
  type Optimizer,
  oneCycleLr,
  type Schedule,
  SGD,
  stepLr,
} from "../lib/index.ts";
import { UsageError } from "./exit_codes.ts";
import type { ModelName } from "./models.ts";

export const OPTIMIZERS = ["sgd", "adam", "adamw"] as const;
export const SCHEDULES = ["constant", "step", "cosine", "one-cycle"] as const;

export interface Recipe {
  epochs: number;
  batchSize: number;
  optimizer: (typeof OPTIMIZERS)[number];
  /** The highest learning rate of the schedule. */
  lr: number;
  schedule: (typeof SCHEDULES)[number];
  /** Of SGD; null for the others. */
  momentum: number | null;
  weightDecay: number;
  /** The CNN's first rate, the second being 0.6 of it; null for the linear model. */
  dropout: number | null;
}

type Defaults = Pick<Recipe, "epochs" | "batchSize" | "optimizer" | "schedule" | "dropout"> & {
  lr: Record<Recipe["optimizer"], number>;
};

const DEFAULTS: Record<ModelName, Defaults> = {
  linear: {
    epochs: 10,
    batchSize: 64,
    optimizer: "adam",
    schedule: "cosine",
    dropout: null,
    lr: { sgd: 0.01, adam: 1e-3, adamw: 1e-3 },
  },
  cnn: {
    epochs: 8,
    batchSize: 64,
    optimizer: "adamw",
    schedule: "one-cycle",
    dropout: 0.5,
    lr: { sgd: 0.05, adam: 5e-3, adamw: 5e-3 },
  },
};
const MOMENTUM = 0.9;
const WEIGHT_DECAY: Record<Recipe["optimizer"], number> = { sgd: 0, adam: 0, adamw: 0.01 };
/** The step schedule divides by ten after each third of the run. */
const STEPS_IN_RUN = 3;
/** The cosine schedule warms up over this part of the run. */
const WARMUP = 0.05;

/**
 * The flags where they are given, the defaults of model and optimizer elsewhere.
 *
 * @throws {UsageError} a flag that would have no effect
 */
export function recipeFor(model: ModelName, given: Partial<Recipe>): Recipe {
  const defaults = DEFAULTS[model];
  const optimizer = given.optimizer ?? defaults.optimizer;
  if (given.momentum != null && optimizer !== "sgd") {
    throw new UsageError(`--momentum is for --optimizer sgd; ${optimizer} has momentum of its own.`);
  }
  return {
    epochs: given.epochs ?? defaults.epochs,
    batchSize: given.batchSize ?? defaults.batchSize,
    optimizer,
    lr: given.lr ?? defaults.lr[optimizer],
    schedule: given.schedule ?? defaults.schedule,
    momentum: optimizer === "sgd" ? (given.momentum ?? MOMENTUM) : null,
    weightDecay: given.weightDecay ?? WEIGHT_DECAY[optimizer],
    dropout: defaults.dropout === null ? null : (given.dropout ?? defaults.dropout),
  };
}

export function makeOptimizer(model: Module, { optimizer, lr, momentum, weightDecay }: Recipe): Optimizer {
  const parameters = model.parameters();
  if (optimizer === "sgd") return new SGD(parameters, { lr, momentum: momentum ?? 0, weightDecay });
  return new (optimizer === "adam" ? Adam : AdamW)(parameters, { lr, weightDecay });
}

export function makeSchedule({ schedule, lr }: Recipe, totalSteps: number): Schedule {
  if (schedule === "constant") return constantLr({ lr });
  if (schedule === "step") return stepLr({ lr, every: Math.ceil(totalSteps / STEPS_IN_RUN) });
  if (schedule === "cosine") return cosineLr({ lr, totalSteps, warmupSteps: Math.floor(WARMUP * totalSteps) });
  return oneCycleLr({ maxLr: lr, totalSteps });
}
