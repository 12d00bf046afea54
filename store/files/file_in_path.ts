// What keeps a folder from being made or a file from being put there: a file in its way.

import { dirname } from "node:path";
import { statIfAny } from "../../lib/base/stat_if_any.node.ts";

/**
 * @param path of a folder that is there, or is to be made with what is above it
 * @returns the file that it is, or that a part of it is; null where nothing is in its way
 * @example fileInPath("README.md/pictures") // "README.md"
 */
export function fileInPath(path: string): string | null {
  const found = statIfAny(path);
  if (found) return found.isDirectory() ? null : path;
  const parent = dirname(path);
  return parent === path ? null : fileInPath(parent);
}
