// A run's run.json, and the name of its checkpoint. The file may be of another version, cut short, or written by hand.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fields, isFields } from "../files/fields.ts";

export const RUN_FILE = "run.json";
export const CHECKPOINT_FILE = "model.safetensors";
/** Of a run that can be gone on with: what train calls STATE_FILE in a room above this one. */
export const RUN_STATE_FILE = "state.safetensors";

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
  try {
    const content = JSON.parse(text);
    if (isFields(content)) return { content, problem: null };
  } catch {
    // Said below.
  }
  return { content: {}, problem: `${RUN_FILE} is damaged: it holds no JSON object` };
}
