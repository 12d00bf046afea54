// Lines that are printed to be typed in again, or pasted: each word is one word to a shell, whatever it holds.

import process from "node:process";
import { escapeControls } from "../../lib/base/printable.ts";

/**
 * @returns "npx mnist" where npx or `npm exec` started it: `mnist` alone need not be on PATH then; with the packages that
 *   `-p` named, without which npx would fetch the npm package called `mnist`, which is somebody else's
 */
export function programName(env: NodeJS.ProcessEnv = process.env): string {
  if (env.npm_command !== "exec") return "mnist";
  const packages = env.npm_config_package?.split("\n").filter((name) => name !== "") ?? [];
  return shellLine(["npx", ...packages.flatMap((name) => ["-p", name]), "mnist"]);
}

/** A line that runs this program. @example mnistLine(["infer", "7.png"]) // "mnist infer 7.png" */
export function mnistLine(words: readonly string[]): string {
  return `${programName()} ${shellLine(words)}`;
}

/** @example shellLine(["mnist", "runs", "--runs", "my runs"]) // "mnist runs --runs 'my runs'" */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A flag and its value, which may begin with a dash. @example flagWords("run", "-x") // ["--run=-x"] */
export function flagWords(name: string, value: string): string[] {
  return value.startsWith("-") ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** The folder of runs, where it is not the one by default. @param flag that names it: "runs", or "out" of `mnist train` */
export function outputsWords(flag: "runs" | "out", outputs: string): string[] {
  return outputs === "outputs" ? [] : flagWords(flag, outputs);
}

/**
 * A word as shells take it. One with control characters, or others that are not seen, is written in $'…', their bytes in
 * octal: so it can be printed and pasted, in bash, zsh, ksh, and what follows POSIX of 2024.
 *
 * @example shellWord("my runs") // "'my runs'"; shellWord("a\nb") // "$'a\\012b'"
 */
export function shellWord(text: string): string {
  // Not "=" in front, which means a program's path to zsh.
  if (/^[\w./:@%+,-][\w./:@%+=,-]*$/.test(text)) return text;
  if (escapeControls(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
  const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, "0")}`;
  const part = (character: string): string =>
    /[\\'!]/.test(character) || escapeControls(character) !== character
      ? Array.from(new TextEncoder().encode(character), octal).join("")
      : character;
  return `$'${Array.from(text, part).join("")}'`;
}
