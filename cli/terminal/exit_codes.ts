// How the program ends, and which error ends it how.

import { CheckpointError, DataError, OptionError } from "../../lib/base/errors.ts";

export const EXIT = {
  ok: 0,
  /** Something went wrong while running: a full disk, memory, a loss that diverged. */
  failure: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Data, a picture or a checkpoint is missing, damaged or does not fit. */
  badData: 3,
  /** Ctrl-C, SIGTERM or SIGHUP kept what there was: 128 + SIGINT, as shells count. Where there is nothing to keep, the system ends it. */
  interrupted: 130,
} as const;

/** The command line is wrong; the message is one line that says what to type instead. */
export class UsageError extends Error {}

/** Stopped by Ctrl-C, SIGTERM or SIGHUP; the message is the line to end with. */
export class InterruptedError extends Error {}

/** What a flag asked for cannot be done: a line that begins with the flag, and the error behind it, which says how to end. */
export class AskedError extends Error {
  constructor(
    message: string,
    override readonly cause: Error,
  ) {
    super(message);
  }
}

/** Part of the work failed, and its lines are on stderr already: ends with this code, in silence. */
export class AlreadyReportedError extends Error {
  constructor(readonly exitCode: number) {
    super("already reported");
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof AlreadyReportedError) return error.exitCode;
  if (error instanceof InterruptedError) return EXIT.interrupted;
  if (error instanceof AskedError) return exitCodeOf(error.cause);
  if (error instanceof UsageError || error instanceof OptionError) return EXIT.usage;
  return error instanceof DataError || error instanceof CheckpointError ? EXIT.badData : EXIT.failure;
}
