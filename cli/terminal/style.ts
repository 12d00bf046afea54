// Colours in text that is to be printed. A name or a file may hold any character: escape sequences, and whatever could
// stand for one in their place. So a style is a mark that no text from outside can hold, since it contains a key that each
// process draws for itself. Where text is printed, marks become escape sequences, and everything else that a terminal
// could take for a command becomes visible.

import { escapeControls } from "../../lib/base/printable.ts";

let key = "";
let marks = /(?!)/g;

/** Codes of "select graphic rendition": "1" is bold, "38;5;232" a dark grey. */
function mark(codes: string): string {
  if (key === "") {
    key = crypto.randomUUID();
    marks = new RegExp(`\ue000${key}([\\d;]+)m`, "g");
  }
  return `\ue000${key}${codes}m`;
}

/** @param off the codes that end what `on` begins */
export function styled(text: string, on: string, off: string): string {
  return text === "" ? "" : mark(on) + text + mark(off);
}

/** A line as people see it, which takes columns; every control character in it is visible. */
export function plainLine(text: string): string {
  return escapeControls(text.replace(marks, ""));
}

/** A line as a terminal gets it: of control characters it has those of our styles alone. */
export function terminalLine(text: string): string {
  return escapeControls(text).replace(marks, "\u001b[$1m");
}
