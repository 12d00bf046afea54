#!/usr/bin/env node
// The program `mnist`: finds the command, and ends with a line and a code that say how it went.
//
// Nothing here, nor in the files that declare the commands, imports the library: --help and mistakes are answered
// in the time that Node itself takes to start, and each command loads what its work needs.

import process from "node:process";
import yargs, { type Argv } from "yargs";
import type { Command } from "./command.ts";
import { evaluate } from "./evaluate.ts";
import { EXIT, exitCodeOf, InterruptedError } from "./exit_codes.ts";
import { exportCommand } from "./export.ts";
import type { Flags } from "./flags.ts";
import { infer } from "./infer.ts";
import { catchInterrupts } from "./interrupt.ts";
import { packageVersion } from "./package_root.ts";
import { reportError } from "./report_error.ts";
import { stdout } from "./terminal.ts";
import { train } from "./train.ts";
import { checkSwitches, explainUsage } from "./usage_error.ts";

const COMMANDS: readonly Command[] = [train, infer, evaluate, exportCommand];
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

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const signal = catchInterrupts();
  process.on("uncaughtException", endNow);
  process.on("unhandledRejection", endNow);
  // `mnist infer … | head` closes the pipe early, which is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) =>
    error.code === "EPIPE" ? process.exit() : endNow(error),
  );
  try {
    await run(args, signal);
  } catch (error) {
    // Work that Ctrl-C cut short may fail in its own words, a download for one.
    const cause = signal.aborted && !(error instanceof InterruptedError) ? signal.reason : error;
    reportError(cause);
    process.exitCode = exitCodeOf(cause);
  }
}

function endNow(error: unknown): never {
  reportError(error);
  process.exit(exitCodeOf(error));
}

async function run(args: readonly string[], signal: AbortSignal): Promise<void> {
  const program = describeProgram(yargs(args.map((arg) => (arg === "-" ? DASH : arg))), args, signal);
  if (args.length > 0) {
    checkSwitches(args, COMMANDS);
    await program.parseAsync();
    return;
  }
  process.stderr.write(`${await program.getHelp()}\n`);
  process.exitCode = EXIT.usage;
}

function describeProgram(empty: Argv, args: readonly string[], signal: AbortSignal): Argv {
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
    .version(packageVersion())
    .epilogue("mnist COMMAND --help says more. Exit codes: 0 done, 1 failed, 2 usage, 3 bad data, 130 interrupted.")
    .fail((message, error) => {
      throw message ? explainUsage(message, args, COMMANDS) : error;
    });
  for (const command of COMMANDS) {
    program = program.command(
      // Optional for yargs, which does not count what stands behind a "--".
      command.usage.replace(/<(.*)>/, "[$1]"),
      command.summary,
      (builder) => describeCommand(builder, command),
      (flags: Flags) => command.run(withDashes(flags), filesOf(flags), signal),
    );
  }
  return program;
}

function describeCommand(builder: Argv, command: Command): Argv {
  const described = builder
    .usage(`Usage: mnist ${command.usage} [flags]\n\n${command.details}`)
    .options(command.flags)
    .example(command.examples.map(([line, what]): [string, string] => [line, what]));
  if (!command.usage.includes("files")) return described;
  return described.positional("files", { type: "string", array: true, describe: "PNG files; - is standard input" });
}

/** Those named before and after a "--". */
function filesOf(flags: Flags): string[] {
  const [, ...rest] = (flags._ ?? []) as string[];
  const files = [...((flags.files ?? []) as string[]), ...rest];
  return files.map((file) => (file === DASH ? "-" : file));
}

function withDashes(flags: Flags): Flags {
  const dash = (value: unknown): unknown => (value === DASH ? "-" : Array.isArray(value) ? value.map(dash) : value);
  return Object.fromEntries(Object.entries(flags).map(([name, value]) => [name, dash(value)]));
}
