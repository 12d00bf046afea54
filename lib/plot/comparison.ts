// comparisonSvg: models or runs side by side.

import { callback, checkOptions, list, object, oneOf, required, string } from "../base/check.ts";
import { DataError } from "../base/errors.ts";
import { drawHeading, headingHeight } from "./heading.ts";
import { formatQuantity } from "./quantity.ts";
import { element, paint, svgDocument, textAt } from "./svg.ts";
import { fitText, textWidth } from "./text_width.ts";

export interface Measure {
  /** What `values` calls it. */
  key: string;
  /** What the picture calls it; default: the key. */
  label?: string;
  /** "s" and "B" are scaled to a fitting size (ms, kB), anything else is written behind the value; default none. */
  unit?: string;
  /** How a value is written, in place of the number and its unit. */
  format?: (value: number) => string;
  /** Which of the values is the best, if any is; default none. */
  better?: "lower" | "higher";
}

export interface ComparisonEntry {
  name: string;
  /** By the measures' keys. What is missing, null or not finite is a dash. */
  values: Readonly<Record<string, number | null | undefined>>;
}

export interface Comparison {
  title: string;
  subtitle?: string;
  measures: readonly Measure[];
  entries: readonly ComparisonEntry[];
}

const WIDTH = 760;
const MARGIN = 16;
const ROW = 24;
const BAR = 13;
/** A measure's name and the gap above it. */
const HEAD = 48;
const LONGEST_NAME = 170;
const COLUMN_GAP = 28;
const MEASURES_A_ROW = 3;
/** More than this nobody reads, of measures and of entries. */
const MOST = 1000;

/**
 * Bars that compare models or runs: a panel for each measure, in each panel a bar for each entry, its value printed
 * behind it. Bars begin at 0. The best of each measure is blue where it says which is better. It follows the
 * reader's light or dark scheme. Two accuracies near 100 % look alike: give the error rate.
 *
 * @returns an SVG document; the same values give the same bytes
 * @throws {DataError} more than 1000 measures or entries; no measure, no entry, or a negative value
 * @throws {OptionError} a part that is missing, of another kind or of another name
 * @example
 *   comparisonSvg({
 *     title: "Two models",
 *     measures: [{ key: "error", label: "Error rate", unit: "%", better: "lower" }, { key: "size", unit: "B" }],
 *     entries: [{ name: "linear", values: { error: 7.4, size: 31528 } }, { name: "cnn", values: { error: 0.58, size: 411000 } }],
 *   });
 */
export function comparisonSvg(comparison: Comparison): string {
  check(comparison);
  const { title, subtitle, measures, entries } = comparison;
  const columns = Math.min(MEASURES_A_ROW, measures.length);
  const nameWidth = Math.min(LONGEST_NAME, Math.max(...entries.map(({ name }) => textWidth(name, 12))));
  const left = MARGIN + Math.ceil(nameWidth) + 10;
  const columnWidth = (WIDTH - MARGIN - left - (columns - 1) * COLUMN_GAP) / columns;
  const band = HEAD + entries.length * ROW;
  const top = headingHeight(subtitle);
  const body: string[] = [];
  for (let first = 0; first < measures.length; first += columns) {
    const y = top + (first / columns) * band;
    body.push(
      ...entries.map(({ name }, row) =>
        textAt(left - 10, y + HEAD + row * ROW + 11, fitText(name, nameWidth + 0.5, 12), { "text-anchor": "end" }),
      ),
      ...measures
        .slice(first, first + columns)
        .map((measure, c) => drawMeasure(measure, entries, left + c * (columnWidth + COLUMN_GAP), y, columnWidth)),
    );
  }
  const height = top + Math.ceil(measures.length / columns) * band + 12;
  const description = `${measures.map(labelOf).join(", ")} of ${entries.map(({ name }) => name).join(", ")}.`;
  return svgDocument({ width: WIDTH, height, title, description }, drawHeading(WIDTH, title, subtitle), ...body);
}

function drawMeasure(
  measure: Measure,
  entries: readonly ComparisonEntry[],
  left: number,
  top: number,
  width: number,
): string {
  const { unit = "", format = (value) => formatQuantity(value, unit), better } = measure;
  const values = entries.map((entry) => quantityOf(entry, measure));
  const known = values.filter((value) => value !== null);
  const largest = Math.max(0, ...known);
  const best = better === "lower" ? Math.min(...known) : better === "higher" ? Math.max(...known) : null;
  const texts = values.map((value) => (value === null ? "–" : format(value)));
  const room = width - Math.max(...texts.map((text) => textWidth(text, 12))) - 8;
  const bars = values.map((value, row) => {
    const y = top + HEAD + row * ROW;
    const isBest = value !== null && value === best;
    const length = value === null || largest === 0 ? 0 : Math.max(value > 0 ? 1.5 : 0, (value / largest) * room);
    const bar = element("rect", {
      x: left,
      y,
      width: length,
      height: BAR,
      rx: Math.min(2, length / 2),
      ...paint({ fill: isBest ? "blue" : "muted" }),
      "fill-opacity": isBest ? undefined : 0.55,
    });
    return bar + textAt(left + length + 6, y + 11, texts[row], { "font-weight": isBest ? 600 : undefined });
  });
  const axis = element("rect", {
    x: left - 1,
    y: top + HEAD - 5,
    width: 1,
    height: entries.length * ROW - ROW + BAR + 10,
    ...paint({ fill: "muted" }),
  });
  const title = fitText(labelOf(measure), width, 13);
  const note = better ? `${better} is better` : "";
  return [
    textAt(left, top + 22, title, { "font-size": 13, "font-weight": 600 }),
    textAt(left, top + 37, note, { "font-size": 11, ...paint({ fill: "muted" }) }),
    axis,
    ...bars,
  ].join("");
}

function labelOf({ key, label = key }: Measure): string {
  return label;
}

function quantityOf({ values }: ComparisonEntry, { key }: Measure): number | null {
  const value = Object.hasOwn(values, key) ? values[key] : null;
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function check(comparison: Comparison): void {
  const [text, part] = [required(string), required(list)];
  checkOptions("comparisonSvg", comparison, { title: text, subtitle: string, measures: part, entries: part });
  const { measures, entries } = comparison;
  if (measures.length > MOST || entries.length > MOST) {
    throw new DataError(
      `comparisonSvg: at most ${MOST} measures and entries fit; got ${measures.length} and ${entries.length}. Choose some.`,
      { measures: measures.length, entries: entries.length },
    );
  }
  const better = oneOf("lower", "higher");
  for (const [i, measure] of measures.entries()) {
    const rules = { key: text, label: string, unit: string, format: callback, better };
    checkOptions(`comparisonSvg: measures[${i}]`, measure, rules);
  }
  for (const [i, entry] of entries.entries()) {
    checkOptions(`comparisonSvg: entries[${i}]`, entry, { name: text, values: required(object) });
  }
  if (measures.length === 0 || entries.length === 0) {
    throw new DataError(
      `comparisonSvg: there is nothing to draw; got ${measures.length} measures of ${entries.length} entries.`,
    );
  }
  for (const entry of entries) {
    for (const measure of measures) {
      const value = quantityOf(entry, measure);
      if (value !== null && value < 0) {
        throw new DataError(
          `comparisonSvg: a bar has no length below 0; ${measure.key} of ${entry.name} is ${value}. Leave it out, or shift it.`,
          { entry: entry.name, measure: measure.key, value },
        );
      }
    }
  }
}
