// A command line of the program's, as files of a deployment hold them, read by the program's own reader.

import { readCommandLine } from "../../../cli/command_line/read_line.ts";
import { COMMANDS } from "../../../cli/commands.ts";

const commands = new Map(await Promise.all(COMMANDS.map(async ({ name, load }) => [name, await load()] as const)));

/**
 * @returns the command, and its flags by name
 * @throws the program has no such command or flag, or says of one that it is spelt as formerly
 * @example flagsOf(["serve", "--port", "8000"]) // { command: "serve", port: "8000" }
 */
export function flagsOf([name, ...words]: readonly string[]): Record<string, unknown> {
  const command = commands.get(name);
  if (!command) throw new Error(`there is no command ${name}`);
  const { flags, operands, notes } = readCommandLine(name, command, words);
  if (operands.length > 0 || notes.length > 0) throw new Error([...operands, ...notes].join("; "));
  return { ...flags, command: name };
}
