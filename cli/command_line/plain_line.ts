// Reads the command lines that leave nothing to interpret, so that they need not wait for yargs, which takes longer
// to load and to answer than the network does.

import type { Options } from "yargs";
import type { Command } from "./command.ts";
import { commandName } from "./command_name.ts";
import type { Flags } from "./flags.ts";

export interface PlainLine {
  command: Command;
  flags: Flags;
  files: readonly string[];
}

/** Words that yargs takes as they stand: neither a flag, nor empty, nor in quotes, nor one that it acts on. */
const PLAIN_WORD = /^(?!true$|false$|help$)[^-"'\s\0][^\s\0]*$/;

/**
 * What yargs would make of `COMMAND --switch --flag WORD file …`. Anything else, mistakes and --help among
 * them, is yargs's to read or to explain.
 *
 * @returns null where the line is not plain
 */
export function readPlainLine(args: readonly string[], commands: readonly Command[]): PlainLine | null {
  const [name, ...rest] = args;
  const command = commands.find((each) => commandName(each) === name);
  if (!command) return null;
  const flags: Flags = {};
  const files: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const arg = rest[i];
    if (!arg.startsWith("--")) {
      if (!command.usage.includes("files") || !(PLAIN_WORD.test(arg) || arg === "-")) return null;
      files.push(arg);
      continue;
    }
    const flag = arg.slice(2);
    if (!Object.hasOwn(command.flags, flag) || Object.hasOwn(flags, flag)) return null;
    const options = command.flags[flag];
    if (options.type === "boolean") {
      flags[flag] = true;
      continue;
    }
    const value = rest[++i];
    if (!fits(value, options)) return null;
    flags[flag] = value;
  }
  return { command, flags: { ...defaultsOf(command), ...flags }, files };
}

function fits(value: string | undefined, { requiresArg, choices }: Options): boolean {
  if (value === undefined || !requiresArg || !PLAIN_WORD.test(value)) return false;
  return choices === undefined || choices.includes(value);
}

function defaultsOf({ flags }: Command): Flags {
  const defaults = Object.entries(flags).filter(([, options]) => options.default !== undefined);
  return Object.fromEntries(defaults.map(([name, options]) => [name, options.default]));
}
