// What decided a run, flattened: recipe, seed, data, versions.

import { type Fields, fieldsOf } from "./fields.ts";
import type { RunRecord } from "./run_record.ts";

/** Parts of run.json that are settings; what else is in it is a result. */
const SETTINGS = [
  "recipe",
  "seed",
  "limit",
  "augment",
  "ema",
  "resumed_from",
  "dataset",
  "versions",
  "platform",
] as const;

/** By dotted name: "recipe.lr", "dataset.train.sha256". A recipe's parts go without "recipe.". */
export function settingsOf({ model, content }: RunRecord): Record<string, unknown> {
  const flat: Record<string, unknown> = { model };
  for (const name of SETTINGS) if (name in content) flatten(name, content[name], flat);
  return flat;
}

function flatten(name: string, value: unknown, into: Record<string, unknown>): void {
  const fields: Fields = fieldsOf(value);
  const parts = Object.entries(fields);
  if (parts.length === 0) into[name.replace(/^recipe\./, "")] = value;
  for (const [part, inner] of parts) flatten(`${name}.${part}`, inner, into);
}
