// Any command line, read by yargs: help, mistakes, and all that ./plain_line.ts leaves.

import process from "node:process";
import yargs, { type Argv } from "yargs";
import { packageVersion } from "../load/package_root.ts";
import { EXIT } from "../terminal/exit_codes.ts";
import { stdout } from "../terminal/terminal.ts";
import type { Command } from "./command.ts";
import type { Flags } from "./flags.ts";
import { checkSwitches, explainUsage } from "./usage_error.ts";

/** Flags as they are typed, values as text: what they must be is checked in one place, ./flags.ts. */
const PARSER = {
  "boolean-negation": false,
  "camel-case-expansion": false,
  "dot-notation": false,
  "parse-numbers": false,
  "parse-positional-numbers": false,
};
const MAX_HELP_WIDTH = 110;
/** Stands for "-" while yargs reads the line, which drops a lone dash. */
const DASH = "\u0000dash";

/**
 * Reads the line and runs its command.
 *
 * @throws {UsageError} the line is wrong
 */
export async function runInFull(
  args: readonly string[],
  commands: readonly Command[],
  signal: AbortSignal,
): Promise<void> {
  const program = describeProgram(yargs(args.map((arg) => (arg === "-" ? DASH : arg))), args, commands, signal);
  if (args.length > 0) {
    checkSwitches(args, commands);
    await program.parseAsync();
    return;
  }
  process.stderr.write(`${await program.getHelp()}\n`);
  process.exitCode = EXIT.usage;
}

function describeProgram(
  empty: Argv,
  args: readonly string[],
  commands: readonly Command[],
  signal: AbortSignal,
): Argv {
  let program = empty
    .scriptName("mnist")
    .usage("mnist reads handwritten digits, and learns to.\n\nUsage: mnist COMMAND [flags]")
    .parserConfiguration(PARSER)
    .locale("en")
    .wrap(Math.min(stdout.width, MAX_HELP_WIDTH))
    .strict()
    .demandCommand(1)
    .exitProcess(false)
    .help()
    .epilogue("mnist COMMAND --help says more. Exit codes: 0 done, 1 failed, 2 usage, 3 bad data, 130 interrupted.")
    .fail((message, error) => {
      throw message ? explainUsage(message, args, commands) : error;
    });
  program = isForCommand(args) ? program.version(false) : program.version(packageVersion());
  for (const command of commands) {
    program = program.command(
      // Optional for yargs, which does not count what stands behind a "--".
      command.usage.replace(/<(.*)>/, "[$1]"),
      command.summary,
      (builder) => describeCommand(builder, command),
      (flags: Flags) => command.run(withDashes(flags), operandsOf(flags, command), signal),
    );
  }
  return program;
}

/** `mnist --version` is the program's; behind a command the flag names a checkpoint, or is none. */
function isForCommand(args: readonly string[]): boolean {
  return args[0] !== "--version" && args.some((arg) => !arg.startsWith("-"));
}

function describeCommand(builder: Argv, command: Command): Argv {
  const described = builder
    .usage(`Usage: mnist ${command.usage} [flags]\n\n${command.details}`)
    .options(command.flags)
    .example(command.examples.map(([line, what]): [string, string] => [line, what]));
  const operand = operandName(command);
  if (operand === undefined) return described;
  const array = command.usage.includes("..");
  return described.positional(operand, { type: "string", array, describe: command.operands });
}

function operandName({ usage }: Command): string | undefined {
  return usage.match(/[<[](\w+)/)?.[1];
}

/** Those named before and after a "--". */
function operandsOf(flags: Flags, command: Command): string[] {
  const [, ...rest] = (flags._ ?? []) as string[];
  const named = flags[operandName(command) ?? ""] ?? [];
  return [...([named].flat() as string[]), ...rest].map((word) => (word === DASH ? "-" : word));
}

function withDashes(flags: Flags): Flags {
  const dash = (value: unknown): unknown => (value === DASH ? "-" : Array.isArray(value) ? value.map(dash) : value);
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, dash(value)]));
}
