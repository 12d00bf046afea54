/**
 * Stands in for the package wrap-ansi in the bundled program, as plain_string_width.mjs does for string-width: lines
 * broken between words, and words longer than a line within them.
 */
export default function wrap(text, columns) {
  const width = Math.max(1, columns);
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line.trim(), width))
    .join("\n");
}

function wrapLine(line, width) {
  const rows = [];
  let row = "";
  for (let word of line.split(" ")) {
    const joined = row ? `${row} ${word}` : word;
    if (joined.length <= width) {
      row = joined;
      continue;
    }
    if (row) rows.push(row);
    for (; word.length > width; word = word.slice(width)) rows.push(word.slice(0, width));
    row = word;
  }
  return [...rows, row];
}
