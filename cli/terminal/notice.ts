// A box on stderr that cannot be overlooked.

import process from "node:process";
import { stderr } from "./terminal.ts";

const MARGIN = 4;

export function printNotice(text: string): void {
  const width = Math.max(20, Math.min(stderr.width, 100) - MARGIN);
  const lines = wrap(text, width);
  const longest = Math.max(...lines.map((line) => line.length));
  const edge = "━".repeat(longest + 2);
  const rows = [`┏${edge}┓`, ...lines.map((line) => `┃ ${line.padEnd(longest)} ┃`), `┗${edge}┛`];
  process.stderr.write(`${rows.map((row) => stderr.bold(stderr.yellow(row))).join("\n")}\n`);
}

/** Lines of at most `width` characters, broken between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
