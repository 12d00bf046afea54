// The command that goes on with a run.

import { programName } from "../terminal/program_name.ts";
import { shellWord } from "../terminal/shell_word.ts";

/** @example resumeCommand("20261125-162253", "outputs") // "mnist train --resume 20261125-162253" */
export function resumeCommand(id: string, out: string): string {
  return `${programName()} train --resume ${id}${out === "outputs" ? "" : ` --out ${shellWord(out)}`}`;
}
