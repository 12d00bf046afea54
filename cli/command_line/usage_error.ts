// What yargs finds wrong with a command line, said so that one knows what to type instead.

import { UsageError } from "../terminal/exit_codes.ts";
import { suggest } from "../terminal/suggest.ts";
import type { Command } from "./command.ts";
import { commandName } from "./command_name.ts";

const GLOBAL_FLAGS = ["help"];
/** To a flag that is the program's own, unless the command knows better. */
const INSTEAD: Readonly<Record<string, string>> = { version: "mnist --version prints the program's own." };

/** @param message yargs's own @param args the command line */
export function explainUsage(message: string, args: readonly string[], commands: readonly Command[]): UsageError {
  const word = args.find((arg) => !arg.startsWith("-"));
  const isCommand = commands.some((command) => commandName(command) === word);
  return new UsageError(`${explain(message, args, commands)} See mnist ${isCommand ? `${word} ` : ""}--help.`);
}

/**
 * yargs takes any value of a switch but "true" for "off", so that `--json=yes` would print no JSON.
 *
 * @throws {UsageError} a switch with a value other than true or false
 */
export function checkSwitches(args: readonly string[], commands: readonly Command[]): void {
  const word = args.find((arg) => !arg.startsWith("-"));
  const flags = commands.find((command) => commandName(command) === word)?.flags ?? {};
  const end = args.indexOf("--");
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const [, name, value] = arg.match(/^--([^=]+)=(.*)$/s) ?? [];
    if (name === undefined || flags[name]?.type !== "boolean" || value === "true" || value === "false") continue;
    throw new UsageError(`--${name} takes no value; got ${value}. See mnist ${word} --help.`);
  }
}

function explain(message: string, args: readonly string[], commands: readonly Command[]): string {
  const names = commands.map(commandName);
  const word = args.find((arg) => !arg.startsWith("-"));
  const command = commands[names.indexOf(word ?? "")];
  if (!command) {
    if (word === undefined) return `Name a command: ${names.join(", ")}.`;
    return `There is no command ${word}.${didYouMean(suggest(word, names))}`;
  }
  const flags = [...Object.keys(command.flags), ...GLOBAL_FLAGS];
  const unknown = message.match(/^Unknown arguments?: (.*)$/)?.[1].split(", ")[0];
  if (unknown !== undefined) return unknownArgument(unknown, args, command, flags);
  const lacking = message.match(/^Not enough arguments following: (.*)$/)?.[1];
  if (lacking === "version") {
    return `--version needs a value behind ${word}: current, shipped or a number. mnist --version prints the program's own.`;
  }
  if (lacking !== undefined) return `--${lacking} needs a value, as in --${lacking} VALUE.`;
  const [, flag, given, choices] = message.match(/Argument: ([\w-]+), Given: (.*), Choices: (.*)/) ?? [];
  if (flag !== undefined) return wrongChoice(flag, given, choices);
  return `${message}.`;
}

function unknownArgument(unknown: string, args: readonly string[], command: Command, flags: string[]): string {
  const name = commandName(command);
  const isFlag = args.some((arg) => /^--?[^-]/.test(arg) && arg.replace(/^-+/, "").split("=")[0] === unknown);
  if (!isFlag) return `${name} takes no ${unknown}.`;
  const nearest = suggest(unknown, flags);
  const dashes = unknown.length === 1 ? "-" : "--";
  const instead = { ...INSTEAD, ...command.instead }[unknown];
  return `${name} has no flag ${dashes}${unknown}.${instead ? ` ${instead}` : didYouMean(nearest && `--${nearest}`)}`;
}

function wrongChoice(flag: string, given: string, choices: string): string {
  const words = choices.split(", ").map((choice) => choice.replaceAll('"', ""));
  const word = given.replaceAll('"', "");
  return `--${flag} must be one of ${words.join(", ")}; got ${word}.${didYouMean(suggest(word, words))}`;
}

function didYouMean(nearest: string | null): string {
  return nearest ? ` Did you mean ${nearest}?` : "";
}
