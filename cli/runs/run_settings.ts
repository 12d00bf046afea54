// What decided a run, flattened: recipe, seed, limits, data, versions.

import { type Fields, fieldsOf } from "../files/fields.ts";
import type { RunRecord } from "./run_record.ts";

/** Parts of run.json that are settings; what else is in it is a result. */
const SETTINGS = ["recipe", "seed", "limit", "patience", "max_seconds", "dataset", "versions", "platform"] as const;

/**
 * By dotted name: "dataset.train.sha256"; a recipe's parts without "recipe.": "lr", "augment.rotate". `resumed` is how
 * often.
 */
export function settingsOf({ model, content }: RunRecord): Record<string, unknown> {
  const flat: Record<string, unknown> = { model };
  for (const name of SETTINGS) if (name in content) flatten(name, content[name], flat);
  if (Array.isArray(content.resumed)) flat.resumed = content.resumed.length;
  return flat;
}

function flatten(name: string, value: unknown, into: Record<string, unknown>): void {
  const fields: Fields = fieldsOf(value);
  const parts = Object.entries(fields);
  if (parts.length === 0) into[name.replace(/^recipe\./, "")] = value;
  for (const [part, inner] of parts) flatten(`${name}.${part}`, inner, into);
}
