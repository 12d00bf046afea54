// What each command declares. Its work is loaded when it is run, so that `--help` need not wait for it.

import type { Options } from "yargs";
import type { Flags } from "./flags.ts";

export interface Command {
  /** As yargs reads it: "infer <files..>". */
  usage: string;
  summary: string;
  /** What the words are that its usage takes; none without one. */
  operands?: string;
  /** What --help says below the flags. */
  details: string;
  examples: readonly (readonly [command: string, what: string])[];
  flags: Readonly<Record<string, Options>>;
  /** What to say to a flag that others have and this one lacks, by the flag's name. */
  instead?: Readonly<Record<string, string>>;
  run(flags: Flags, files: readonly string[], signal: AbortSignal): Promise<void>;
}

/** A flag with a value; the text is read and checked in ./flags.ts. */
export function valueFlag(describe: string, byDefault?: string): Options {
  return { requiresArg: true, describe, ...(byDefault ? { defaultDescription: byDefault } : {}) };
}

/** One of a few words. */
export function choiceFlag(describe: string, choices: readonly string[], byDefault?: string): Options {
  return { choices, requiresArg: true, describe, ...(byDefault ? { default: byDefault } : {}) };
}

/** On or off; off by default. */
export function switchFlag(describe: string): Options {
  return { type: "boolean", describe };
}
