// Paths that are too long for a line.

import { columnsOf } from "./width.ts";

/**
 * Leaves out the middle, most of it folders: of a path one knows the beginning, and looks for the name at the end.
 *
 * @returns at most `width` columns
 * @example shortenPath("outputs/cnn/20261125-162253/model.safetensors", 30) // "outputs/cnn…/model.safetensors"
 */
export function shortenPath(path: string, width: number): string {
  if (columnsOf(path) <= width) return path;
  const characters = [...path];
  const name = characters.length - 1 - Math.max(characters.lastIndexOf("/"), characters.lastIndexOf("\\"));
  // Fewer than fit where some take two columns.
  for (let kept = Math.min(width, characters.length) - 1; kept >= 0; kept--) {
    // The name and the slash before it where they leave room for a beginning; else the same of both ends.
    const end = Math.max(Math.ceil(kept / 2), Math.min(name + 1, Math.floor((2 * kept) / 3)));
    const shorter = [...characters.slice(0, kept - end), "…", ...characters.slice(characters.length - end)].join("");
    if (columnsOf(shorter) <= width) return shorter;
  }
  return "";
}
