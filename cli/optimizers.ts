// A recipe's optimizer and its learning rate over the run.

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
import type { Recipe } from "./recipes.ts";

/** The step schedule divides by ten after each third of the run. */
const STEPS_IN_RUN = 3;
/** The cosine schedule warms up over this part of the run. */
const WARMUP = 0.05;

export function makeOptimizer(model: Module, { optimizer, lr, momentum, betas, weightDecay }: Recipe): Optimizer {
  const parameters = model.parameters();
  if (optimizer === "sgd") return new SGD(parameters, { lr, momentum: momentum ?? 0, weightDecay });
  return new (optimizer === "adam" ? Adam : AdamW)(parameters, { lr, betas: betas ?? undefined, weightDecay });
}

export function makeSchedule({ schedule, lr }: Recipe, totalSteps: number): Schedule {
  if (schedule === "constant") return constantLr({ lr });
  if (schedule === "step") return stepLr({ lr, every: Math.ceil(totalSteps / STEPS_IN_RUN) });
  if (schedule === "cosine") return cosineLr({ lr, totalSteps, warmupSteps: Math.floor(WARMUP * totalSteps) });
  return oneCycleLr({ maxLr: lr, totalSteps });
}
