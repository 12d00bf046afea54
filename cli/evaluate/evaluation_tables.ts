// The tables of an evaluation: metrics by class, and the confusion matrix.

import type { ClassMetrics, ConfusionMatrix } from "../../lib/index.ts";
import { formatCount } from "../terminal/format.ts";
import type { TerminalStream } from "../terminal/terminal.ts";

const COLUMN = 11;

/** One line a class: precision, recall, F1, images. */
export function classTable(perClass: readonly ClassMetrics[], stream: TerminalStream): string[] {
  const percent = (part: number): string => (Number.isNaN(part) ? "–" : (part * 100).toFixed(2)).padStart(COLUMN);
  const head = ["precision", "recall", "F1", "images"].map((title) => title.padStart(COLUMN)).join("");
  return [
    stream.bold(`digit${head}`),
    ...perClass.map(
      ({ precision, recall, f1, support }, c) =>
        `${String(c).padEnd(5)}${percent(precision)}${percent(recall)}${percent(f1)}${formatCount(support).padStart(COLUMN)}`,
    ),
  ];
}

/** Rows are what the digit is, columns what was read; zeros are dots, so that mistakes stand out. */
export function confusionTable(confusion: ConfusionMatrix, stream: TerminalStream): string[] {
  const width = Math.max(4, ...confusion.flat().map((count) => String(count).length)) + 1;
  const cell = (count: number, isDiagonal: boolean): string => {
    const text = (count === 0 ? "·" : String(count)).padStart(width);
    if (count === 0) return stream.dim(text);
    return isDiagonal ? stream.green(text) : stream.red(text);
  };
  const columns = confusion.map((_, c) => String(c).padStart(width)).join("");
  return [
    `${"".padEnd(6)}│${"read as".padStart(Math.ceil((width * confusion.length + 7) / 2))}`,
    `actual│${stream.bold(columns)}`,
    `──────┼${"─".repeat(width * confusion.length)}`,
    ...confusion.map(
      (row, actual) =>
        `${stream.bold(String(actual).padStart(5))} │${row.map((count, c) => cell(count, c === actual)).join("")}`,
    ),
  ];
}
