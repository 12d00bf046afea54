// What is not as one would expect: a note, a line on stderr, or a notice, a box that cannot be overlooked.

import { stderr } from "./terminal.ts";
import { columnsOf, wrap } from "./width.ts";

const MARGIN = 4;

export function printNote(text: string): void {
  stderr.print(`${stderr.yellow("note:")} ${text}`);
}

export function printNotice(text: string): void {
  const width = Math.max(20, Math.min(stderr.width, 100) - MARGIN);
  const lines = wrap(text, width);
  const longest = Math.max(...lines.map(columnsOf));
  const edge = "━".repeat(longest + 2);
  const rows = [
    `┏${edge}┓`,
    ...lines.map((line) => `┃ ${line}${" ".repeat(longest - columnsOf(line))} ┃`),
    `┗${edge}┛`,
  ];
  stderr.write(rows.map((row) => stderr.bold(stderr.yellow(row))));
}
