// Text in as many columns as a terminal has: counted as it is shown, colours taking none, and what is escaped as many as
// its escapes.

import { plainLine } from "./style.ts";

/** East Asian wide characters and emoji take two columns, marks on the letter before them none. */
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u; // biome-ignore format: one line
const MARK = /\p{Mn}|\p{Me}|\p{Default_Ignorable_Code_Point}/u;

/** Columns that a line takes. */
export function columnsOf(text: string): number {
  const plain = plainLine(text);
  // Up to here every character takes one.
  if (/^[\u0020-\u02ff]*$/.test(plain)) return plain.length;
  let columns = 0;
  for (const character of plain) columns += WIDE.test(character) ? 2 : MARK.test(character) ? 0 : 1;
  return columns;
}

/** Lines of at most `width` columns, broken between words; a longer word has a line for itself. */
export function wrap(text: string, width: number): string[] {
  if (columnsOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  let gap = "";
  // Words, each with the spaces behind it, but for those of the beginning, which belong to the first.
  for (const [, word, spaces] of text.matchAll(/((?:^ +)?[^ ]+)( *)/g)) {
    if (line !== "" && columnsOf(line + gap + word) > width) {
      lines.push(line);
      line = word;
    } else line += gap + word;
    gap = spaces;
  }
  return [...lines, line];
}

/**
 * As much of a text without colours as fits, with … behind it where that is not all.
 *
 * @example shorten("interrupted", 5) // "inte…"
 */
export function shorten(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let [shown, room] = ["", width - 1];
  for (const character of text) {
    room -= columnsOf(character);
    if (room < 0) break;
    shown += character;
  }
  return `${shown}…`;
}
