// Writes what was written to a file down to the disk.

import { fsyncSync } from "node:fs";
import { ACCESS_DENIED } from "../base/permission.ts";
import { systemCode } from "../base/system_error.ts";

/**
 * fsync, where the host lets us: Node's permission model forbids it, whatever it allows. What was written is then whole
 * for every program that reads it, and only a power failure could still lose it.
 *
 * @param file an open file or folder
 */
export function flushFile(file: number): void {
  try {
    fsyncSync(file);
  } catch (error) {
    if (systemCode(error) !== ACCESS_DENIED) throw error;
  }
}
