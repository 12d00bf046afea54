// Lines that are printed to be typed in again.

import process from "node:process";

/**
 * @returns "npx mnist" where npx or `npm exec` started it: `mnist` alone need not be on PATH then; with the packages that
 *   `-p` named, without which npx would fetch the npm package called `mnist`, which is somebody else's
 */
export function programName(env: NodeJS.ProcessEnv = process.env): string {
  if (env.npm_command !== "exec") return "mnist";
  const packages = env.npm_config_package?.split("\n").filter((name) => name !== "") ?? [];
  return ["npx", ...packages.flatMap((name) => ["-p", shellWord(name)]), "mnist"].join(" ");
}

/** A word as a shell takes it. @example shellWord("my runs") // "'my runs'" */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
