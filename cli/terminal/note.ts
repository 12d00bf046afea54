// A line on stderr about what is not as one would expect.

import process from "node:process";
import { stderr } from "./terminal.ts";

export function printNote(text: string): void {
  process.stderr.write(`${stderr.yellow("note:")} ${text}\n`);
}
