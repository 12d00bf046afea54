// The two networks, by the names the command line has for them.

import type { Sequential } from "../lib/index.ts";
import { cnn, linear } from "../models/index.ts";

export const MODEL_NAMES = ["linear", "cnn"] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export function isModelName(name: string | undefined): name is ModelName {
  return MODEL_NAMES.some((known) => known === name);
}

/** @param dropout the first rate; the second is 0.6 of it */
export function buildModel(name: ModelName, options: { seed?: number; dropout?: number } = {}): Sequential {
  return name === "linear" ? linear({ seed: options.seed }) : cnn(options);
}
