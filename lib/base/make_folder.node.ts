// makeFolder: a folder, with those above it. Node's own `recursive` tries for ever where the system refuses with ENOENT, as
// in /proc.

import { mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { statIfAny } from "./stat_if_any.node.ts";
import { systemCode } from "./system_error.ts";

/**
 * @param made gets those that were made, from the top down
 * @throws what the system says
 */
export function makeFolder(path: string, made: string[] = []): void {
  if (statIfAny(path)?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path && !statIfAny(parent)) makeFolder(parent, made);
  // That a file is in its place, the system says in reading it as a folder; in making one, only that something is.
  if (!tryMakeFolder(path, made) && !statSync(path).isDirectory()) readdirSync(path);
}

/** @returns false where there is something of that name already */
export function tryMakeFolder(path: string, made: string[]): boolean {
  try {
    mkdirSync(path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
  made.push(path);
  return true;
}
