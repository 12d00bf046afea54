// How the program was called, for lines that are printed to be typed in again.

import process from "node:process";

/** @returns "npx mnist" where npx or `npm exec` started it: `mnist` alone need not be on PATH then */
export function programName(env: NodeJS.ProcessEnv = process.env): string {
  return env.npm_command === "exec" ? "npx mnist" : "mnist";
}
