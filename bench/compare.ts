// What has become faster or slower since a run that was saved.

import { readFileSync } from "node:fs";
import { type Figure, figuresOf, type Machine, type Report } from "./figure.ts";
import { OptionProblem } from "./options.ts";
import { table } from "./report.ts";

export interface Change {
  name: string;
  unit: Figure["unit"];
  earlier: number | null;
  now: number | null;
  /** How many times as fast, or as small, it is now. */
  ratio: number | null;
}

/** @throws {OptionProblem} no report of this program's */
export function readReport(file: string): Report {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new OptionProblem(`--compare cannot read ${file}: ${(error as Error).message.split("\n")[0]}`);
  }
  const sections = [report?.kernels, report?.inference, report?.training, report?.program];
  if (!report?.machine || !sections.every(Array.isArray)) {
    throw new OptionProblem(`--compare needs what --save wrote; ${file} is something else`);
  }
  return report;
}

/** Figures that both runs have, in the order of the present one. */
export function changes(earlier: Report, now: Report): Change[] {
  const before = new Map(figuresOf(earlier).map((figure) => [figure.name, figure]));
  return figuresOf(now).flatMap(({ name, unit, value }) => {
    const old = before.get(name);
    if (old?.unit !== unit) return [];
    return [{ name, unit, earlier: old.value, now: value, ratio: old.value && value ? old.value / value : null }];
  });
}

/** Why the two runs cannot be compared figure by figure; empty where they can. */
export function differences(earlier: Machine, now: Machine): string[] {
  return (["variant", "node", "cpu", "processors"] as const)
    .filter((what) => earlier[what] !== now[what])
    .map((what) => `${what} was ${earlier[what]}, is ${now[what]}`);
}

export function changeTable(list: readonly Change[]): string {
  const cell = (value: number | null, unit: string): string => (value === null ? "–" : `${value.toFixed(4)} ${unit}`);
  const rows = list.map(({ name, unit, earlier, now, ratio }) => [
    name,
    cell(earlier, unit),
    cell(now, unit),
    ratio === null ? "–" : `${ratio.toFixed(2)}×`,
  ]);
  const ratios = list.flatMap(({ ratio }) => ratio ?? []);
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return table(
    [["compared", "earlier", "now", "better by"], ...rows],
    ratios.length > 0
      ? `in the geometric mean ${mean.toFixed(2)}× as fast, or as small, as before`
      : "nothing in common",
  );
}
