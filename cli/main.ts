#!/usr/bin/env node
// The program `mnist`: finds the command, and ends with a line and a code that say how it went.
//
// Nothing here imports the library, nor yargs, which lays out the pages of --help: each command loads what it needs.

import module from "node:module";
import process from "node:process";
import { packageVersion } from "../store/package_root.ts";
import { readCommandLine, readRequest } from "./command_line/read_line.ts";
import { COMMANDS } from "./commands.ts";
import { endWithOutput } from "./terminal/broken_output.ts";
import { exitCodeOf, InterruptedError } from "./terminal/exit_codes.ts";
import { printNote } from "./terminal/notice.ts";
import { reportError } from "./terminal/report_error.ts";
import { stdout } from "./terminal/terminal.ts";

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  process.on("uncaughtException", endNow);
  process.on("unhandledRejection", endNow);
  endWithOutput();
  try {
    await run(args);
  } catch (error) {
    reportError(error);
    process.exitCode = exitCodeOf(error);
  }
}

function endNow(error: unknown): never {
  reportError(error);
  process.exit(exitCodeOf(error));
}

async function run(args: readonly string[]): Promise<void> {
  const request = readRequest(
    args,
    COMMANDS.map(({ name }) => name),
  );
  if (request.kind === "version") {
    stdout.write(packageVersion());
    return;
  }
  // Node keeps what it compiles of a command for the next time, from 22.1 on: NODE_COMPILE_CACHE says where,
  // NODE_DISABLE_COMPILE_CACHE=1 that it must not.
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  const entry = COMMANDS.find(({ name }) => name === request.command);
  const command = await entry?.load();
  if (request.kind === "help" || !entry || !command) {
    const { commandHelp, programHelp } = await import("./command_line/help.ts");
    const isOfCommand = entry && command;
    const { width } = stdout;
    const page = await (isOfCommand ? commandHelp(entry.name, command, width) : programHelp(COMMANDS, width));
    stdout.write(page.split("\n"));
    return;
  }
  const { flags, operands, notes } = readCommandLine(entry.name, command, request.args);
  for (const note of notes) printNote(note);
  process.cwd(); // throws where that folder was deleted: said before a command looks for its files in vain
  const signal = command.keepsWork
    ? (await import("./terminal/interrupt.ts")).catchInterrupts()
    : new AbortController().signal;
  try {
    await command.run(flags, operands, signal);
  } catch (error) {
    // Work that Ctrl-C cut short may fail in its own words, a download for one.
    throw signal.aborted && !(error instanceof InterruptedError) ? signal.reason : error;
  }
}
