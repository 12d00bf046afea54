// Paths that are too long for a line.

/**
 * Leaves out the middle, most of it folders: of a path one knows the beginning, and looks for the name at the end.
 *
 * @returns at most `width` characters
 * @example shortenPath("outputs/cnn/20261125-162253/model.safetensors", 30) // "outputs/cnn…/model.safetensors"
 */
export function shortenPath(path: string, width: number): string {
  if (path.length <= width) return path;
  if (width < 2) return "…".slice(0, Math.max(0, width));
  const name = path.length - 1 - Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const kept = width - 1;
  // The name and the slash before it where they leave room for a beginning; else the same of both ends.
  const end = Math.max(Math.ceil(kept / 2), Math.min(name + 1, Math.floor((2 * kept) / 3)));
  return `${path.slice(0, kept - end)}…${path.slice(path.length - end)}`;
}
