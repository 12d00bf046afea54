#!/usr/bin/env node
// The program `mnist`: finds the command, and ends with a line and a code that say how it went.
//
// Nothing here, nor in the files that declare the commands, imports the library: --help and mistakes are answered
// in the time that Node itself takes to start, and each command loads what its work needs. Nor is yargs loaded for a
// line that has nothing to it.

import process from "node:process";
import type { Command } from "./command_line/command.ts";
import { readPlainLine } from "./command_line/plain_line.ts";
import { compare } from "./compare/compare.ts";
import { doctor } from "./doctor/doctor.ts";
import { exportCommand } from "./export/export.ts";
import { evaluate } from "./infer/evaluate.ts";
import { infer } from "./infer/infer.ts";
import { runs } from "./runs/runs.ts";
import { endWithOutput } from "./terminal/broken_output.ts";
import { exitCodeOf, InterruptedError } from "./terminal/exit_codes.ts";
import { catchInterrupts } from "./terminal/interrupt.ts";
import { reportError } from "./terminal/report_error.ts";
import { train } from "./train/train.ts";
import { promote } from "./versions/promote.ts";
import { rollback } from "./versions/rollback.ts";
import { versions } from "./versions/versions.ts";

const COMMANDS: readonly Command[] = [train, infer, evaluate, exportCommand, runs, promote, rollback, versions, compare, doctor]; // biome-ignore format: one line

await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const signal = catchInterrupts();
  process.on("uncaughtException", endNow);
  process.on("unhandledRejection", endNow);
  process.stdout.on("error", endWithOutput);
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
  const plain = readPlainLine(args, COMMANDS);
  if (plain) return plain.command.run(plain.flags, plain.files, signal);
  const { runInFull } = await import("./command_line/full_line.ts");
  await runInFull(args, COMMANDS, signal);
}
