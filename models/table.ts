// The table of networks: one row each. Every flag, menu, loop and file name that has to do with networks comes from here.

import { check, oneOf } from "../lib/base/check.ts";
import { CNN } from "./cnn.ts";
import { LINEAR } from "./linear.ts";
import type { Network } from "./network.ts";

/** By the name that flags, folders, checkpoints and URLs have for them. */
export const NETWORKS = { linear: LINEAR, cnn: CNN } as const satisfies Record<string, Network>;

export type ModelName = keyof typeof NETWORKS;

/** In the order of the table. */
export const MODEL_NAMES = Object.keys(NETWORKS) as readonly ModelName[];

export function isModelName(name: unknown): name is ModelName {
  return typeof name === "string" && Object.hasOwn(NETWORKS, name);
}

/** What a network's name must be. */
export const MODEL = oneOf(...MODEL_NAMES);

/** The row of a network. @throws {OptionError} no network has that name */
export function networkOf(name: ModelName): Network {
  check("networkOf", "name", name, MODEL);
  return NETWORKS[name];
}
