// RunSpec: what a training run was asked for. It is fixed when the run begins, and resumed as it is.

import { integer, object, orNull, type Rule, string } from "../../lib/base/check.ts";
import { type Fields, fieldsOf, isFields, timeOf } from "../../lib/base/fields.ts";
import { OptionError } from "../../lib/index.ts";
import { type ExperimentSpec, type Recipe, recipeFor } from "../../models/index.ts";
import { AUGMENT_RULES, RECIPE_RULES, STILL } from "../../models/recipe.ts";
import { MODEL } from "../../models/table.ts";

export interface RunSpec extends ExperimentSpec {
  /** At most this many images of each set; null: all. */
  limit: number | null;
  /** Where the data are: a source's name, never "auto", or a folder. */
  data: string;
  /** What the data set in that folder is called; null for MNIST. */
  datasetName: string | null;
  /** The command that began it. */
  command: string;
  /** As ISO 8601. */
  started: string;
  /** When it was resumed, likewise. */
  resumed: readonly string[];
}

/** What may change from one part of a run to the next: no weight depends on it. */
export interface RunOptions {
  /** The training time of the whole run, in seconds; undefined: no limit. */
  maxSeconds: number | undefined;
  /** Seconds between two states within an epoch. */
  saveEvery: number;
  /** The folder of all runs. */
  outputs: string;
}

/** What recipes had that were written before there was a setting for it. */
const BEFORE = { validation: 5000, split: "random", cooldown: 0 } as const;
/** What settings and choices were called before. */
const FORMER_NAMES: ReadonlyMap<string, string> = new Map([
  ["heldOut", "split"],
  ["settle", "cooldown"],
]);
const FORMER_SPLITS: ReadonlyMap<unknown, string> = new Map([
  ["drawn", "random"],
  ["block", "contiguous"],
]);

/** The settings that a file tells of a recipe, of this version or an earlier one: those that are what they should be. */
export function readRecipe(value: unknown): Partial<Recipe> {
  if (!isFields(value) || Object.keys(value).length === 0) return {};
  const named = new Map<string, unknown>(Object.entries({ ...BEFORE, ...value }));
  for (const [former, name] of FORMER_NAMES) if (named.has(former)) named.set(name, named.get(former));
  named.set("split", FORMER_SPLITS.get(named.get("split")) ?? named.get("split"));
  named.set("augment", wholeAugmentation(named.get("augment")));
  const settings = Object.entries(RECIPE_RULES).map(([name, rule]) => [name, named.get(name), rule] as const);
  return Object.fromEntries(settings.filter(([, setting, rule]) => rule.holds(setting)));
}

/** As a file holds it: null for what is not known, where silence would mean what there was before the setting. */
export function writeRecipe(recipe: Partial<Recipe>): Fields {
  const unknown = Object.keys(BEFORE).filter((name) => !Object.hasOwn(recipe, name));
  if (unknown.length === 0 || Object.keys(recipe).length === 0) return recipe;
  return { ...recipe, ...Object.fromEntries(unknown.map((name) => [name, null])) };
}

/** With 0 for the parts that there were not; undefined where one is not what it should be, or unknown. */
function wholeAugmentation(value: unknown): Recipe["augment"] | undefined {
  if (!isFields(value)) return undefined;
  const given: Fields = { ...STILL, ...value };
  const rules: Readonly<Record<string, Rule>> = AUGMENT_RULES;
  const isRight = ([name, most]: [string, unknown]): boolean => Object.hasOwn(rules, name) && rules[name].holds(most);
  return Object.entries(given).every(isRight) ? (given as unknown as Recipe["augment"]) : undefined;
}

const TIME: Rule = { says: "a time", holds: (value) => timeOf(value) !== null };

/** What the parts of a spec must be; of the recipe, whether it is one that recipeFor could have given. */
const RULES: Readonly<Record<keyof RunSpec, Rule>> = {
  model: MODEL,
  recipe: object,
  seed: integer(0),
  patience: orNull(integer(1)),
  limit: orNull(integer(1)),
  data: string,
  datasetName: orNull(string),
  command: string,
  started: TIME,
  resumed: { says: "times", holds: (value) => Array.isArray(value) && value.every(TIME.holds) },
};

/** What specs and their recipes do not say that had none of it. */
const SPEC_BEFORE = { patience: null, limit: null, data: "auto", datasetName: null, command: "", resumed: [] };
const RECIPE_BEFORE = { warmup: null, minLr: null, momentum: null, betas: null, dropout: null };

/** @returns null where it is not what this version, or an earlier one, writes: nothing that decides a run is guessed */
export function readRunSpec(value: unknown): RunSpec | null {
  const fields: Fields = { ...SPEC_BEFORE, started: new Date(0).toISOString(), ...fieldsOf(value) };
  const given = { ...RECIPE_BEFORE, ...fieldsOf(fields.recipe) };
  const recipe = readRecipe(given);
  const isKnown = (name: string): boolean => Object.hasOwn(RECIPE_RULES, name) || FORMER_NAMES.has(name);
  if (!Object.keys(given).every(isKnown) || !isWhole(recipe)) return null;
  const parts = Object.entries(RULES).map(([name, rule]) => [name, fields[name], rule] as const);
  if (!parts.every(([, part, rule]) => rule.holds(part))) return null;
  const spec = { ...Object.fromEntries(parts), recipe } as unknown as RunSpec;
  return isRecipeOf(spec) ? spec : null;
}

function isWhole(recipe: Partial<Recipe>): recipe is Recipe {
  return Object.keys(RECIPE_RULES).every((name) => Object.hasOwn(recipe, name));
}

/** Whether its settings suit each other, and the network. */
function isRecipeOf({ model, recipe: { preset, ...choices } }: RunSpec): boolean {
  try {
    recipeFor(model, preset, choices);
    return true;
  } catch (error) {
    if (error instanceof OptionError) return false;
    throw error;
  }
}
