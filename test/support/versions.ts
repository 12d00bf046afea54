// A folder of runs, and versions made and undone without a process each.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { MODEL_NAMES } from "../../models/index.ts";
import { promote as promoteRun, type VersionChange } from "../../store/versions/promote.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { rollBack } from "../../store/versions/roll_back.ts";
import { fakeRun } from "./fake_run.ts";

/** Above what systems give their processes. */
export const GONE_PID = 2 ** 22 + 12345;
export const IDS = ["20260101-000001", "20260101-000002", "20260101-000003"];

/** Runs of the linear model, seeds 1 and up. */
export function outputsWithRuns(folder: string, ids: readonly string[] = IDS): string {
  const outputs = mkdtempSync(join(folder, "o-"));
  for (const [i, id] of ids.entries()) fakeRun(outputs, id, { seed: i + 1, testAccuracy: 0.9 + i / 100 });
  return outputs;
}

export function promote(outputs: string, id: string): Promise<VersionChange> {
  return promoteRun(outputs, MODEL_NAMES, id);
}

export function rollback(outputs: string, to?: number): Promise<VersionChange> {
  return rollBack(outputs, { to });
}

/** Of the linear model. */
export function currentVersion(outputs: string): number | undefined {
  return readRegistry(outputs, "linear").current?.version;
}

/** Without what the program prints. */
export async function silently<T>(run: () => Promise<T>): Promise<T> {
  const { write } = process.stdout;
  const { write: writeError } = process.stderr;
  process.stdout.write = process.stderr.write = () => true;
  try {
    return await run();
  } finally {
    process.stdout.write = write;
    process.stderr.write = writeError;
  }
}
