// The command that resumes a run.

import { flagWords, mnistLine, outputsWords } from "../terminal/shell_line.ts";

/** @example resumeCommand("20261125-162253", "outputs") // "mnist train --resume 20261125-162253" */
export function resumeCommand(id: string, outputs: string): string {
  return mnistLine(["train", ...flagWords("resume", id), ...outputsWords("out", outputs)]);
}
