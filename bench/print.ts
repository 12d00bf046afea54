// What benchmarks print: line by line, and what a terminal could take for a command as escapes. A report to compare with is a
// file like any other.

import { escapeControls } from "../lib/base/printable.ts";

/** On stdout: results, in lines of our own. JSON stays JSON of the same value. */
export function print(text: string): void {
  console.log(shown(text));
}

/** On stderr. */
export function complain(text: string): void {
  console.error(shown(text));
}

function shown(text: string): string {
  return text.split("\n").map(escapeControls).join("\n");
}
