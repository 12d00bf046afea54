// From a preset and what is chosen besides to a recipe, in which nothing is left open.

import { check, checkOptions } from "../lib/base/check.ts";
import { OptionError } from "../lib/index.ts";
import { AUGMENT_RULES, isStill, type Preset, RECIPE_RULES, type Recipe, type RecipeChoices } from "./recipe.ts";
import { type ModelName, networkOf } from "./table.ts";

const VALIDATION = 5000;
const MOMENTUM = 0.9;
const WEIGHT_DECAY: Record<Recipe["optimizer"], number> = { sgd: 0, adam: 0, adamw: 0.01, muon: 0.01 };
/** The schedules that begin with a rise. */
const WARMUP: Partial<Record<Recipe["schedule"], number>> = { cosine: 0.05, "one-cycle": 0.3 };

/** What `RecipeError` names: a setting of the recipe, or the network. */
export type Setting = keyof Recipe | "model";

/**
 * A setting that would have no effect, or contradicts another.
 *
 * The message names settings as `Recipe` does. Callers with other names for them, such as flags, reword it with `say`.
 */
export class RecipeError extends OptionError {
  override readonly name: string = "RecipeError";

  constructor(
    /** The sentence, with the names that the function gives for settings. */
    readonly say: (name: (setting: Setting) => string) => string,
    details: Readonly<Record<string, unknown>>,
  ) {
    super(`recipe: ${say((setting) => setting)}`, details);
  }
}

/**
 * What is chosen where it is, the preset's settings elsewhere.
 *
 * @throws {RecipeError} something chosen has no effect, or contradicts another
 * @throws {OptionError} there is no such network, preset or setting, or a setting is outside its range
 * @example recipeFor("cnn", "standard", { epochs: 3, augment: { rotate: 15 } })
 */
export function recipeFor(model: ModelName, preset: Preset, chosen: RecipeChoices = {}): Recipe {
  const { preset: presetRule, ...choices } = RECIPE_RULES;
  check("recipeFor", "preset", preset, presetRule);
  checkOptions<RecipeChoices>("recipeFor", chosen, choices);
  if (chosen.augment !== undefined) checkOptions("recipeFor", chosen.augment, AUGMENT_RULES);
  const settings = networkOf(model).presets[preset];
  const optimizer = chosen.optimizer ?? settings.optimizer;
  const schedule = chosen.schedule ?? settings.schedule;
  const isSgd = optimizer === "sgd";
  const hasMomentum = isSgd || optimizer === "muon";
  const refuse = (say: RecipeError["say"]): never => {
    throw new RecipeError(say, { model, preset, ...chosen });
  };
  if (chosen.momentum != null && !hasMomentum) {
    refuse(
      (name) => `${name("momentum")} is for ${name("optimizer")} sgd and muon; ${optimizer} has ${name("betas")}.`,
    );
  }
  if (chosen.betas != null && isSgd) {
    refuse((name) => `${name("betas")} is for adam, adamw and muon; sgd has ${name("momentum")}.`);
  }
  if (chosen.warmup != null && WARMUP[schedule] === undefined) {
    const rising = Object.keys(WARMUP).join(" and ");
    refuse((name) => `${name("warmup")} is for ${rising}; the ${schedule} schedule only falls.`);
  }
  if (chosen.minLr != null && schedule !== "cosine") {
    refuse((name) => `${name("minLr")} is for cosine; where the ${schedule} schedule ends follows from ${name("lr")}.`);
  }
  const { dropout } = settings;
  if (chosen.dropout != null && dropout === null) {
    refuse((name) => `${name("dropout")} is for networks with dropout layers; the ${model} network has none.`);
  }
  const keep = chosen.keep ?? settings.keep;
  const epochs = chosen.epochs ?? settings.epochs;
  const augment = { ...settings.augment, ...chosen.augment };
  const cooldown = chosen.cooldown ?? 0;
  if (cooldown > 0 && isStill(augment)) {
    refuse(
      (name) =>
        `${name("cooldown")} is for distorted images, and the ${model} network's are not; add ${name("augment")}.`,
    );
  }
  if (cooldown > 0 && Math.round(cooldown * epochs) === 0) {
    refuse(
      (name) =>
        `${name("cooldown")} ${cooldown} of ${name("epochs")} ${epochs} is less than half an epoch; give more of either.`,
    );
  }
  const ownLr = settings.lr[optimizer];
  if (ownLr === undefined) {
    return refuse(
      (name) =>
        `${name("optimizer")} ${optimizer} is for networks with hidden layers; the ${model} network has none. Take adamw, or another ${name("model")}.`,
    );
  }
  const lr = chosen.lr ?? ownLr;
  const minLr = chosen.minLr ?? lr * (settings.floor ?? 0);
  if (minLr > lr) {
    refuse(
      (name) =>
        `${name("minLr")} ${minLr} is above the highest rate of the ${model} network, ${lr}; lower it, or raise ${name("lr")}.`,
    );
  }
  return {
    preset,
    validation: chosen.validation ?? (keep === "last" ? settings.validation : undefined) ?? VALIDATION,
    split: chosen.split ?? "random",
    epochs,
    batchSize: chosen.batchSize ?? settings.batchSize,
    optimizer,
    lr,
    schedule,
    warmup: chosen.warmup ?? WARMUP[schedule] ?? null,
    minLr: schedule === "cosine" ? minLr : null,
    momentum: hasMomentum ? (chosen.momentum ?? MOMENTUM) : null,
    betas: isSgd ? null : (chosen.betas ?? settings.betas),
    weightDecay: chosen.weightDecay ?? settings.weightDecay?.[optimizer] ?? WEIGHT_DECAY[optimizer],
    decay: chosen.decay ?? settings.decay,
    labelSmoothing: chosen.labelSmoothing ?? settings.labelSmoothing,
    dropout: dropout === null ? null : (chosen.dropout ?? dropout),
    average: chosen.average ?? settings.average,
    keep,
    augment,
    cooldown,
  };
}
