// What decided a run, flattened: recipe, seed, limits, data, versions.

import { fieldsOf } from "../../lib/base/fields.ts";
import type { StoredRun } from "./stored_run.ts";

/** By dotted name; each a text, a number, true or false, a list of these, or null. */
export type RunSettings = Readonly<Record<string, unknown>>;

/**
 * By dotted name: "dataset.train.sha256"; a recipe's parts without "recipe.": "lr", "augment.rotate". `resumed` is how
 * often.
 */
export function settingsOf({ model, record, problem }: StoredRun): RunSettings {
  const flat: Record<string, unknown> = { model };
  if (problem !== null) return flat;
  const { recipe, seed, limit, patience, maxSeconds, dataset, versions, platform, resumed } = record;
  const settings = { recipe, seed, limit, patience, max_seconds: maxSeconds, dataset, versions, platform };
  for (const [name, value] of Object.entries(settings)) flatten(name, value, flat);
  flat.resumed = resumed.length;
  return flat;
}

function flatten(name: string, value: unknown, into: Record<string, unknown>): void {
  const parts = Object.entries(fieldsOf(value));
  if (parts.length === 0) into[name.replace(/^recipe\./, "")] = value;
  for (const [part, inner] of parts) flatten(`${name}.${part}`, inner, into);
}
