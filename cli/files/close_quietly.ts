// Closing a file whose fate is settled: flushed, or given up.

import { closeSync } from "node:fs";

/** The file is given back even where closing reports an error, which comes too late to change anything. */
export function closeQuietly(file: number): void {
  try {
    closeSync(file);
  } catch {
    // See above.
  }
}
