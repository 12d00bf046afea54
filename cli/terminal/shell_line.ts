// Lines that are printed to be typed in again.

import process from "node:process";

/** @returns "npx mnist" where npx or `npm exec` started it: `mnist` alone need not be on PATH then */
export function programName(env: NodeJS.ProcessEnv = process.env): string {
  return env.npm_command === "exec" ? "npx mnist" : "mnist";
}

/** A word as a shell takes it. @example shellWord("my runs") // "'my runs'" */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
