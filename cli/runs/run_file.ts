// A run's run.json, and the names of what else is in its folder. The file may be of another version, cut short, or written by hand.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fields, fieldsOf, parseFields } from "../files/fields.ts";

export const RUN_FILE = "run.json";
export const CHECKPOINT_FILE = "model.safetensors";
/** Of a run that can be gone on with. */
export const STATE_FILE = "state.safetensors";

/**
 * What a run of the larger network takes at most: its state, with the best weights in it, twice while it is replaced
 * (4.1 MB); its checkpoint likewise (0.8 MB); logs and pictures.
 */
export const RUN_BYTES = 6 * 2 ** 20;

/**
 * @param folder the run's
 * @returns its fields, none where it is of no use; and why it is not
 */
export function readRunFile(folder: string): { content: Fields; problem: string | null } {
  let text: string;
  try {
    text = readFileSync(join(folder, RUN_FILE), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      content: {},
      problem: code === "ENOENT" ? `it has no ${RUN_FILE}` : `${RUN_FILE} cannot be read (${code})`,
    };
  }
  return parseRunFile(text);
}

/** The same of what was read. */
export function parseRunFile(text: string): { content: Fields; problem: string | null } {
  const content = parseFields(text);
  return content
    ? { content, problem: null }
    : { content: {}, problem: `${RUN_FILE} is damaged: it holds no JSON object` };
}

/** Whether it came to its end: there is nothing to go on with then. What --max-seconds stopped did not. */
export function isFinished({ status, history }: Fields): boolean {
  if (status === "done") return true;
  const stopped = fieldsOf(fieldsOf(history).stopped);
  return typeof status === "string" && status.startsWith("stopped early") && stopped.by === "patience";
}
