// A recipe's optimizer and its learning rate over the run.

import {
  Adam,
  AdamW,
  constantLr,
  cosineLr,
  type Module,
  Muon,
  type Optimizer,
  oneCycleLr,
  type Schedule,
  SGD,
  stepLr,
} from "../../lib/index.ts";
import type { Recipe } from "../../models/index.ts";

/** The step schedule divides by ten after each third of the run. */
const STEPS_IN_RUN = 3;

export function makeOptimizer(model: Module, recipe: Recipe): Optimizer {
  const { optimizer, lr, momentum, betas, weightDecay, decay } = recipe;
  const parameters = model.parameters();
  const noDecay = decay === "all" ? [] : parameters.filter(({ shape }) => shape.length < 2);
  if (optimizer === "sgd") return new SGD(parameters, { lr, momentum: momentum ?? 0, weightDecay, noDecay });
  const options = { lr, betas: betas ?? undefined, weightDecay, noDecay };
  if (optimizer === "muon") {
    // The last layer's columns are the classes', which are not to be made alike.
    const matrices = parameters.filter(({ shape }) => shape.length > 1).slice(0, -1);
    return new Muon(parameters, { ...options, matrices, momentum: momentum ?? undefined });
  }
  return new (optimizer === "adam" ? Adam : AdamW)(parameters, options);
}

export function makeSchedule({ schedule, lr, warmup, minLr }: Recipe, totalSteps: number): Schedule {
  if (schedule === "constant") return constantLr({ lr });
  if (schedule === "step") return stepLr({ lr, every: Math.ceil(totalSteps / STEPS_IN_RUN) });
  if (schedule === "cosine") {
    return cosineLr({ lr, totalSteps, warmupSteps: Math.floor((warmup ?? 0) * totalSteps), minLr: minLr ?? 0 });
  }
  return oneCycleLr({ maxLr: lr, totalSteps, pctStart: warmup ?? undefined });
}
