// confusionSvg: what was taken for what, as a picture.

import { check as checkArgument, checkOptions, string, strings } from "../base/check.ts";
import { DataError, ShapeError } from "../base/errors.ts";
import { accuracyOf, type ClassMetrics, type ConfusionMatrix, checkConfusion, classMetrics } from "../train/metrics.ts";
import { drawCells, percent } from "./confusion_cells.ts";
import { drawHeading, headingHeight } from "./heading.ts";
import { formatQuantity } from "./quantity.ts";
import { element, paint, pathThrough, svgDocument, textAt } from "./svg.ts";
import { fitText, textWidth } from "./text_width.ts";

export interface ConfusionOptions {
  /** Default "Confusion matrix". */
  title?: string;
  /** Behind the line that gives the accuracy. */
  subtitle?: string;
}

/** Of a whole matrix, in pixels; its cells are no larger and no smaller than the other two say. */
const MATRIX = 520;
const MAX_CELL = 52;
const MIN_CELL = 16;
/** A million cells. */
const MAX_CLASSES = 1000;
const LONGEST_NAME = 110;
/** Between the matrix and recall and precision, and how wide these are. */
const GAP = 10;
const MARGINAL = 72;

/**
 * A confusion matrix: a row for each class, a column for what it was read as, counts in the cells, recall at the
 * right and precision below. It follows the reader's light or dark scheme.
 *
 * Right and wrong have separate colours and scales. Blue, on the diagonal, is a row's recall, palest for the
 * class read worst. Orange, beside it, is the part of the row that went there, by its root, strongest for the most
 * frequent mistake: so a single one still shows. Where cells are too small for counts, hovering tells them.
 *
 * @param confusion [actual][predicted], as `evaluate` returns it
 * @param classes   the name of each class
 * @returns an SVG document; the same counts give the same bytes
 * @throws {ShapeError} the matrix is not square, or there is not a name for each class
 * @throws {DataError} no class, more than 1000 of them, or an entry that is no count
 * @example confusionSvg(evaluate(model, test).confusion, ["cat", "dog"], { title: "cnn on the test images" })
 */
export function confusionSvg(
  confusion: ConfusionMatrix,
  classes: readonly string[],
  options: ConfusionOptions = {},
): string {
  check(confusion, classes);
  checkOptions("confusionSvg", options, { title: string, subtitle: string });
  const { title = "Confusion matrix", subtitle } = options;
  const metrics = classMetrics(confusion);
  const n = classes.length;
  const cell = Math.max(MIN_CELL, Math.min(MAX_CELL, Math.floor(MATRIX / n)));
  const fontSize = Math.min(13, Math.max(9, cell - 6));
  const names = classes.map((name) => fitText(name, LONGEST_NAME, fontSize));
  const nameWidth = Math.max(...names.map((name) => textWidth(name, fontSize)));
  const isUpright = nameWidth <= cell - 2;
  const heading = summary(confusion, subtitle);
  const left = 44 + Math.ceil(nameWidth);
  const top = headingHeight(heading) + 30 + (isUpright ? fontSize + 4 : Math.ceil(nameWidth) + 8);
  const side = n * cell;
  const width = Math.max(440, left + side + GAP + MARGINAL + 16);
  const columnName = (name: string, c: number): string => {
    const [x, y] = [left + (c + 0.5) * cell, top - 8];
    if (isUpright) return textAt(x, y, name, { "text-anchor": "middle", "font-size": fontSize });
    const [turnX, turnY] = [Math.round(x + fontSize / 3), y + 2];
    return textAt(turnX, turnY, name, { "font-size": fontSize, transform: `rotate(-90 ${turnX} ${turnY})` });
  };
  const middle = (index: number): number => top + (index + 0.5) * cell + fontSize / 3;
  const quiet = paint({ fill: "muted" });
  const [axisX, axisY] = [22, top + side / 2];
  return svgDocument(
    { width, height: top + side + GAP + 56, title, description: heading },
    drawHeading(width, title, heading),
    textAt(left + side / 2, headingHeight(heading) + 18, "read as", { "text-anchor": "middle", ...quiet }),
    textAt(axisX, axisY, "actual", { "text-anchor": "middle", transform: `rotate(-90 ${axisX} ${axisY})`, ...quiet }),
    ...names.map((name, c) => textAt(left - 8, middle(c), name, { "text-anchor": "end", "font-size": fontSize })),
    ...names.map(columnName),
    element("path", {
      d: pathThrough(
        Array.from({ length: n + 1 }, (_, i) => i * cell).flatMap((at) => [
          [
            [left, top + at],
            [left + side, top + at],
          ] as const,
          [
            [left + at, top],
            [left + at, top + side],
          ] as const,
        ]),
      ),
      ...paint({ stroke: "grid" }),
    }),
    ...drawCells({ confusion, classes, metrics, left, top, cell }),
    textAt(left + side + GAP + MARGINAL, top - 8, "recall", { "text-anchor": "end", ...quiet }),
    ...metrics.map(({ recall }, c) =>
      textAt(left + side + GAP + MARGINAL, middle(c), percent(recall, 1), {
        "text-anchor": "end",
        "font-size": Math.min(12, fontSize),
      }),
    ),
    ...precisions(metrics, left, top + side + GAP, cell),
  );
}

/** Below the columns: upright where cells are wide enough for "99.4 %" without its sign, else turned. */
function precisions(metrics: readonly ClassMetrics[], left: number, top: number, cell: number): string[] {
  const isUpright = cell >= 34;
  const side = metrics.length * cell;
  return [
    ...metrics.map(({ precision }, c) => {
      const x = left + (c + 0.5) * cell;
      if (isUpright) return textAt(x, top + 12, percent(precision, 1).replace(" %", ""), { "text-anchor": "middle" });
      const [turnX, turnY] = [Math.round(x + 3), top];
      return textAt(turnX, turnY, percent(precision, 1).replace(" %", ""), {
        "text-anchor": "end",
        "font-size": 9,
        transform: `rotate(-90 ${turnX} ${turnY})`,
      });
    }),
    textAt(left + side + GAP + MARGINAL, top + 12, "precision, %", {
      "text-anchor": "end",
      ...paint({ fill: "muted" }),
    }),
  ];
}

function summary(confusion: ConfusionMatrix, subtitle: string | undefined): string {
  const all = confusion.flat().reduce((sum, count) => sum + count, 0);
  const right = confusion.reduce((sum, row, c) => sum + row[c], 0);
  const wrong = all - right;
  const mistakes = `${formatQuantity(wrong, "")} ${wrong === 1 ? "mistake" : "mistakes"}`;
  const accuracy = `${percent(accuracyOf(confusion), 2)} of ${formatQuantity(all, "")} right, ${mistakes}`;
  return subtitle ? `${accuracy} · ${subtitle}` : accuracy;
}

function check(confusion: ConfusionMatrix, classes: readonly string[]): void {
  checkConfusion("confusionSvg", confusion);
  checkArgument("confusionSvg", "classes", classes, strings);
  if (classes.length !== confusion.length) {
    throw new ShapeError(
      `confusionSvg: there must be a name for each class; got ${classes.length} names for ${confusion.length} rows.`,
      { names: classes.length, rows: confusion.length },
    );
  }
  if (confusion.length > MAX_CLASSES) {
    throw new DataError(`confusionSvg: at most ${MAX_CLASSES} classes fit; got ${confusion.length}.`, {
      classes: confusion.length,
    });
  }
  if (confusion.length === 0) throw new DataError("confusionSvg: there is nothing to draw; the matrix has no class.");
  const wrong = confusion.flat().find((count) => !Number.isSafeInteger(count) || count < 0);
  if (wrong !== undefined) {
    throw new DataError(`confusionSvg: an entry counts images, and must be an integer ≥ 0; got ${wrong}.`, { wrong });
  }
}
