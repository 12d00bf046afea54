// What stands side by side: the columns of a table, the parts of a line. Where a terminal is too narrow, the least
// important go first.

import type { TerminalStream } from "./terminal.ts";
import { columnsOf } from "./width.ts";

export interface Column {
  title: string;
  cells: readonly string[];
  isRight?: boolean;
  /** The lowest goes first where the line is too narrow; without one the column stays. */
  rank?: number;
  /** Colours a cell, padded already. */
  style?(text: string, row: number): string;
}

const GAP = "  ";

/** @returns the head, and one line per row; a pipe gets all columns, whatever their width */
export function columnTable(columns: readonly Column[], stream: TerminalStream): string[] {
  const shown = fitting(columns, stream.isTerminal ? stream.width : Number.POSITIVE_INFINITY);
  const widths = shown.map(widthOf);
  const line = (cell: (column: Column, width: number) => string): string =>
    shown
      .map((column, i) => cell(column, widths[i]))
      .join(GAP)
      .trimEnd();
  const pad = ({ isRight }: Column, text: string, width: number): string =>
    isRight ? padding(text, width) + text : text + padding(text, width);
  const rows = columns[0]?.cells.length ?? 0;
  return [
    stream.bold(line((column, width) => pad(column, column.title, width))),
    ...Array.from({ length: rows }, (_, row) =>
      line((column, width) => {
        const text = pad(column, column.cells[row], width);
        return column.style ? column.style(text, row) : text;
      }),
    ),
  ];
}

/** A part of a line; the lowest rank goes first where the line is too narrow, without one it stays. */
export type LinePart = string | readonly [text: string, rank: number];

/** @returns the parts that fit, side by side; a pipe gets all */
export function lineOf(parts: readonly LinePart[], stream: TerminalStream): string {
  const columns = parts.map((part): Column => {
    const [text, rank] = typeof part === "string" ? [part] : part;
    return { title: "", cells: [text], rank };
  });
  const shown = fitting(columns, stream.isTerminal ? stream.width : Number.POSITIVE_INFINITY);
  return shown.map(({ cells }) => cells[0]).join(GAP);
}

/** Columns in which something stands, as many as fit. */
function fitting(columns: readonly Column[], width: number): readonly Column[] {
  const shown = columns.filter(({ cells }) => cells.some((cell) => cell !== ""));
  while (totalWidth(shown) > width) {
    const ranks = shown.map(({ rank }) => rank ?? Number.POSITIVE_INFINITY);
    const lowest = Math.min(...ranks);
    if (lowest === Number.POSITIVE_INFINITY) break;
    shown.splice(ranks.indexOf(lowest), 1);
  }
  return shown;
}

function totalWidth(columns: readonly Column[]): number {
  return columns.reduce((total, column) => total + widthOf(column), GAP.length * (columns.length - 1));
}

function padding(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - columnsOf(text)));
}

function widthOf({ title, cells }: Column): number {
  return cells.reduce((widest, cell) => Math.max(widest, columnsOf(cell)), columnsOf(title));
}
