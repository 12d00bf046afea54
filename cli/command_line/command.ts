// What a command declares: enough to check its line and to print its help, while its work is loaded when it is run.

import type { Flags } from "./flags.ts";

/** A command as the program lists it; the rest of it is loaded when the line asks for it. */
export interface CommandEntry {
  name: string;
  /** A line in the list of commands. */
  summary: string;
  load(): Promise<Command>;
}

export interface Command {
  /** What the words are that are no flags; without it the command takes none. */
  operands?: Operands;
  /** What its help says above the flags. */
  details: string;
  examples: readonly (readonly [command: string, what: string])[];
  /** By name, without the dashes; help has them in this order. */
  flags: Readonly<Record<string, Flag>>;
  /** What to say to a flag that other commands have and this one lacks, by the flag's name. */
  instead?: Readonly<Record<string, string>>;
  /** Whether Ctrl-C leaves it something to keep; else the program ends at once, and `signal` is never aborted. */
  keepsWork?: boolean;
  run(flags: Flags, operands: readonly string[], signal: AbortSignal): Promise<void>;
}

export interface Operands {
  /** What one of them is, as in "FILE". */
  value: string;
  describe: string;
  /** At least this many; default 0. */
  min?: number;
  /** At most this many; default any number. */
  max?: number;
  /** What to say where there are too few: what to type. */
  missing?: string;
}

export interface Flag {
  describe: string;
  /** What stands for its value in help, as in "N" or "FOLDER"; a switch, which takes none, has null. */
  value: string | null;
  /** Its heading in help. */
  group?: string;
  choices?: readonly string[];
  /** What happens without it, as help says it; the command itself sees to that. */
  byDefault?: string;
  /** What it was called before. */
  formerly?: Formerly;
}

/** Old names, accepted with a note; a test fails when the program reaches the version at which they end. */
export interface Formerly {
  /** The version that no longer takes them, as in "0.3". */
  until: string;
  /** Former names of the flag, without the dashes. */
  names?: readonly string[];
  /** Former choices, and what each is called now. */
  choices?: Readonly<Record<string, string>>;
}

type Details = Pick<Flag, "byDefault" | "formerly">;

/** A flag with a value, read and checked by the functions of ./flags.ts; @param value as in "N" */
export function valueFlag(value: string, describe: string, details: Details = {}): Flag {
  return { value, describe, ...details };
}

/** One of a few words. */
export function choiceFlag(describe: string, choices: readonly string[], details: Details = {}): Flag {
  return { value: "NAME", describe, choices, ...details };
}

/** On or off; off by default. */
export function switchFlag(describe: string): Flag {
  return { value: null, describe };
}

/** The same flags under a heading in help. */
export function grouped<T extends Readonly<Record<string, Flag>>>(group: string, flags: T): T {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }])) as T;
}
