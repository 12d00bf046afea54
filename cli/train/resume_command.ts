// The command that resumes a run.

import { programName, shellWord } from "../terminal/shell_line.ts";

/** @example resumeCommand("20261125-162253", "outputs") // "mnist train --resume 20261125-162253" */
export function resumeCommand(id: string, outputs: string): string {
  return `${programName()} train --resume ${id}${outputs === "outputs" ? "" : ` --out ${shellWord(outputs)}`}`;
}
