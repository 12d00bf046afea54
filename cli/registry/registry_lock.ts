// One program at a time changes a model's versions: it holds versions.lock meanwhile.

import { join } from "node:path";
import { withLock } from "../files/file_lock.ts";

/**
 * Runs `change` while nobody else does.
 *
 * @param folder exists
 * @throws as `withLock`
 */
export async function withRegistryLock<T>(folder: string, change: () => T, patienceMs?: number): Promise<T> {
  return withLock(join(folder, "versions.lock"), "The versions are being changed", change, patienceMs);
}
