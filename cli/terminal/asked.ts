// What a flag or an operand asks for, done; where it cannot be done, the line begins with the flag.

import { RuntimeError, SimdgradError } from "../../lib/index.ts";
import { WrongNetworkError } from "../../store/runs/find_run.ts";
import { AskedError } from "./exit_codes.ts";
import { problemOf } from "./report_error.ts";

/** What to do about an error, as a sentence with a space before it; "" where there is nothing to add. */
export type Remedy = (error: SimdgradError) => string;

/**
 * @param label  what was asked, as in "--run latest"
 * @param remedy what the command can say that the error's own remedy does not
 * @throws {AskedError} what went wrong, behind the label
 */
export function asked<T>(label: string, work: () => T, remedy: Remedy = () => ""): T {
  try {
    return work();
  } catch (error) {
    throw relabelled(label, error, remedy);
  }
}

/** The same for work that takes time. */
export async function askedAsync<T>(label: string, work: () => Promise<T>, remedy: Remedy = () => ""): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw relabelled(label, error, remedy);
  }
}

function relabelled(label: string, error: unknown, remedy: Remedy): unknown {
  // A full disk, or a lock that another process holds: whatever had been asked for, it would have failed.
  if (!(error instanceof SimdgradError) || error instanceof RuntimeError) return error;
  if (error instanceof WrongNetworkError) return new AskedError(wrongNetwork(label, error), error);
  return new AskedError(`${label}: ${problemOf(error)}${remedy(error)}`, error);
}

function wrongNetwork(label: string, { model, asked: [only] }: WrongNetworkError): string {
  return label.startsWith(`--${only} `)
    ? `${label}: that is a run of ${model}; --${only} takes one of ${only}.`
    : `${label}: that is a run of ${model}, but --model says ${only}; leave out --model, or name a run of ${only}.`;
}
