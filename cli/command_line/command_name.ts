// What a command is called, as its usage says it.

import type { Command } from "./command.ts";

/** @example commandName(infer) // "infer", of "infer <files..>" */
export function commandName({ usage }: Command): string {
  return usage.split(" ")[0];
}
