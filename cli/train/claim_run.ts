// A run is one process's at a time: whoever goes on with it says so in its run.json, before reading data takes seconds.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../data/index.node.ts";
import { CheckpointError } from "../../lib/index.ts";
import { withLock } from "../files/file_lock.ts";
import { thisProcess } from "../files/run_alive.ts";
import type { FoundRun } from "../runs/find_run.ts";
import { parseRunFile, RUN_FILE } from "../runs/run_file.ts";
import { describeSystemError } from "../terminal/report_error.ts";
import { checkOpen } from "./find_resumable.ts";
import { writeRunFile } from "./run_folder.ts";

/**
 * Makes a run this process's. Of several that try at once, one gets it.
 *
 * @returns gives it back as it was, unless it has been gone on with since
 * @throws {CheckpointError} another process was sooner, and is at it or has finished it
 */
export async function claimRun(run: FoundRun): Promise<() => void> {
  const path = join(run.path, RUN_FILE);
  return withLock(join(run.path, ".resume.lock"), `Run ${run.id} is being taken up`, () => {
    checkOpen(run);
    const before = textOf(path);
    const { content } = parseRunFile(before ?? "");
    const claim = writeRunFile(run, { ...content, status: "running", runner: thisProcess() });
    return () => {
      try {
        if (textOf(path) !== claim) return;
        if (before === null) rmSync(path, { force: true });
        else writeFileAtomic(path, new TextEncoder().encode(before));
      } catch {
        // What kept the run from going on is what there is to say; that its process is gone can be seen.
      }
    };
  });
}

/**
 * @returns null where there is none
 * @throws {CheckpointError} it cannot be read: what is in it would be lost
 */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new CheckpointError(`--resume: ${describeSystemError(`cannot read ${path}`, error)}.`, { path });
  }
}
