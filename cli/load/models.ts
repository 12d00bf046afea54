// The two networks, by the names the command line has for them.

import type { Sequential } from "../../lib/index.ts";
import { cnn, linear } from "../../models/index.ts";
import type { ModelName } from "./model_names.ts";

/** @param dropout the first rate; the second is 0.6 of it */
export function buildModel(name: ModelName, options: { seed?: number; dropout?: number } = {}): Sequential {
  return name === "linear" ? linear({ seed: options.seed }) : cnn(options);
}
