// The tables.

import type {
  Figure,
  InferenceFigure,
  KernelFigure,
  Machine,
  ProgramFigure,
  Report,
  Throughput,
  TrainingFigure,
} from "./figure.ts";

/** Kernels that take less of a run are not shown. */
const LEAST_SHARE = 0.01;
const MOST_SHARE = 0.7;

type Row<F> = (figure: F) => string[];

export function headline({ cpu, processors, node, variant }: Machine, rounds: number): string {
  const times = rounds === 1 ? "1 round" : `medians of ${rounds} rounds, interleaved`;
  return `${cpu}, ${processors} processors, Node ${node}, ${variant} kernels; ${times}\n`;
}

export function kernelTable(figures: readonly KernelFigure[], peak: Report["peak"]): string {
  const ceiling = `peak: ${number(peak.gflops, 1)} GFLOP/s on registers, ${number(peak.gbPerSecond, 1)} GB/s from array to array`;
  const head = ["one thread, batch 64", "ms", "±", "GFLOP/s", "GB/s", "of peak", "error", "kernel"];
  const rows = figures.flatMap((figure): string[][] => {
    if (figure.problem !== null) return [[figure.name, figure.problem]];
    const ms = figure.value ?? 0;
    const parts = figure.kernels.filter((kernel) => kernel.ms / ms >= LEAST_SHARE);
    const whole = [number(ms, 4), percent(figure.spread, 1), ...rates(figure), figure.error.toExponential(1)];
    // One kernel that does it all needs no line for itself.
    if (parts.length === 1 && parts[0].ms / ms >= MOST_SHARE) return [[figure.name, ...whole, parts[0].name]];
    return [
      [figure.name, ...whole, ""],
      ...parts.map((part) => ["", number(part.ms, 4), "", ...rates(part), "", part.name]),
    ];
  });
  return table([head, ...rows], ceiling);
}

export function inferenceTable(figures: readonly InferenceFigure[]): string {
  return sectionTable(figures, ["one thread", "median ms", "p99 ms", "images/s", "calls", "error"], (figure) => [
    number(figure.value, 4),
    number(figure.p99Ms, 4),
    number(figure.imagesPerSecond, 0),
    String(figure.calls),
    figure.error.toExponential(1),
  ]);
}

export function trainingTable(figures: readonly TrainingFigure[]): string {
  return sectionTable(
    figures,
    ["batch 64, Adam", "ms a step", "±", "samples/s", "speed-up", "of bare step", "error"],
    (figure) => [
      number(figure.value, 3),
      percent(figure.spread, 1),
      number(figure.samplesPerSecond, 0),
      figure.speedup === null ? "" : `${figure.speedup.toFixed(2)}×`,
      percent(figure.bareShare, 0),
      figure.error.toExponential(1),
    ],
  );
}

export function programTable(figures: readonly ProgramFigure[]): string {
  return sectionTable(figures, ["program", "", "unit", "wanted"], ({ value, unit, limit }) => [
    number(value, 1),
    unit,
    limit === null ? "" : `≤ ${limit}${value !== null && value > limit ? ", MISSED" : ""}`,
  ]);
}

/** @param head the title and the other columns; `row` gives what stands in these */
function sectionTable<F extends Figure>(figures: readonly F[], head: string[], row: Row<F>): string {
  return table([
    head,
    ...figures.map((figure) => [figure.name, ...(figure.problem === null ? row(figure) : [figure.problem])]),
  ]);
}

function rates({ gflops, gbPerSecond, peakShare }: Throughput): string[] {
  return [number(gflops, 1), number(gbPerSecond, 1), percent(peakShare, 0)];
}

function number(value: number | null, digits: number): string {
  return value === null ? "" : value.toFixed(digits);
}

function percent(value: number | null, digits: number): string {
  return value === null ? "" : `${(value * 100).toFixed(digits)} %`;
}

/** Numbers stand to the right of their column, all else to the left. A row of two cells ends in a sentence. */
export function table(rows: readonly string[][], note = ""): string {
  const columns = rows[0].length;
  const full = rows.filter(({ length }) => length === columns);
  const widths = rows[0].map((_, i) => Math.max(...(i === 0 ? rows : full).map((row) => row[i].length)));
  const isNumeric = rows[0].map((_, i) => full.slice(1).every((row) => /^([-\d].*)?$/.test(row[i])));
  const pad = (cell: string, i: number, isFull: boolean): string => {
    if (isFull && isNumeric[i]) return cell.padStart(widths[i]);
    return isFull || i === 0 ? cell.padEnd(widths[i]) : cell;
  };
  const lines = rows.map((row) =>
    row
      .map((cell, i) => pad(cell, i, row.length === columns))
      .join("  ")
      .trimEnd(),
  );
  return [...(note ? [note] : []), ...lines, ""].join("\n");
}
