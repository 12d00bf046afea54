// The cells of a confusion matrix: what was read right in blue, what was read wrong in orange.

import type { ClassMetrics, ConfusionMatrix } from "../train/metrics.ts";
import { MAX_TINT, type Role } from "./palette.ts";
import { formatQuantity } from "./quantity.ts";
import { element, escapeXml, paint, textAt } from "./svg.ts";
import { textWidth } from "./text_width.ts";

/** A single mistake among thousands is at least this visible. */
const MIN_TINT = 0.12;

interface Cells {
  readonly confusion: ConfusionMatrix;
  readonly classes: readonly string[];
  readonly metrics: readonly ClassMetrics[];
  readonly left: number;
  readonly top: number;
  readonly cell: number;
}

/** One group for each count above 0: its colour, the count where it fits, and what it means as a hint. */
export function drawCells({ confusion, classes, metrics, left, top, cell }: Cells): string[] {
  const recalls = metrics.map(({ recall }) => recall).filter((recall) => !Number.isNaN(recall));
  const worst = Math.min(1, ...recalls);
  const share = (row: number, column: number): number => confusion[row][column] / metrics[row].support;
  const mistakes = confusion.flatMap((row, a) => row.map((count, p) => (count > 0 && a !== p ? share(a, p) : 0)));
  const most = mistakes.reduce((a, b) => Math.max(a, b), 0);
  const tint = (row: number, column: number): number => {
    const part =
      row === column
        ? worst < 1
          ? (share(row, column) - worst) / (1 - worst)
          : 1
        : Math.sqrt(share(row, column) / most);
    return MIN_TINT + (MAX_TINT - MIN_TINT) * part;
  };
  return confusion.flatMap((row, a) =>
    row.flatMap((count, p) => {
      if (count === 0) return [];
      const colour: Role = a === p ? "blue" : "orange";
      const [x, y] = [left + p * cell, top + a * cell];
      const part = percent(share(a, p), 2);
      const hint = `${classes[a]} read as ${classes[p]}: ${formatQuantity(count, "")} of ${formatQuantity(metrics[a].support, "")}, ${part}`;
      const text = formatQuantity(count, "");
      const size = Math.min(13, Math.floor((cell - 4) / textWidth(text, 1)));
      const shape = { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, "fill-opacity": tint(a, p) };
      return [
        element(
          "g",
          {},
          element("title", {}, escapeXml(hint)),
          element("rect", { ...shape, ...paint({ fill: colour }) }),
          size < 7
            ? ""
            : textAt(x + cell / 2, y + cell / 2 + size / 3, text, {
                "text-anchor": "middle",
                "font-size": size,
                "font-weight": a === p ? 600 : undefined,
              }),
        ),
      ];
    }),
  );
}

/** A dash for what is undefined. @example percent(0.9942, 2) // "99.42 %" */
export function percent(part: number, digits: number): string {
  return Number.isNaN(part) ? "–" : `${(100 * part).toFixed(digits)} %`;
}
