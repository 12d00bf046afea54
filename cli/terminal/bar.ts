// A horizontal bar of block characters, to an eighth of a character.

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** @param part in [0, 1] @param width characters at 1 @returns exactly `width` characters */
export function bar(part: number, width: number, background = " "): string {
  const eighths = Math.round(Math.min(1, Math.max(0, part || 0)) * width * 8);
  const filled = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return filled.padEnd(width, background);
}
