// The names the command line has for the networks.

export const MODEL_NAMES = ["linear", "cnn"] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

export function isModelName(name: string | undefined): name is ModelName {
  return MODEL_NAMES.some((known) => known === name);
}
