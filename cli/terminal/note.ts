// A line on stderr about what is not as one would expect.

import { stderr } from "./terminal.ts";

export function printNote(text: string): void {
  stderr.print(`${stderr.yellow("note:")} ${text}`);
}
