// What the contest comes to: a table for each work, and how many times as fast as each peer simdgrad is.

import os from "node:os";
import process from "node:process";
import type { Entry, Work } from "./contest.ts";
import type { Contestant } from "./contestant.ts";
import { ourName, VARIANTS } from "./contestants.ts";

/** By kernel variant: a peer's time over ours, at the same number of threads. */
type Ratios = Partial<Record<(typeof VARIANTS)[number], number>>;

export interface Comparison {
  name: string;
  entries: (Entry & { ratios: Ratios })[];
}

export function compare({ name }: Work, entries: readonly Entry[]): Comparison {
  const ratios = (peer: Entry): Ratios =>
    Object.fromEntries(
      VARIANTS.flatMap((variant) => {
        const ours = entries.find((entry) => entry.name === ourName(variant) && entry.threads === peer.threads);
        return ours?.medianMs && peer.medianMs ? [[variant, peer.medianMs / ours.medianMs]] : [];
      }),
    );
  return { name, entries: entries.map((entry) => ({ ...entry, ratios: ratios(entry) })) };
}

export function headline(rounds: number): string {
  const cpu = os.cpus()[0]?.model.trim() ?? "unknown processor";
  const times = rounds === 1 ? "1 round" : `medians of ${rounds} rounds, interleaved`;
  return `${cpu}, Node ${process.versions.node}; ${times}. "relaxed" and "simd": how many times as fast simdgrad is.\n`;
}

export function table({ name, entries }: Comparison): string {
  const titles = entries.map((entry) => `${entry.name}${entry.version ? ` ${entry.version}` : ""}`);
  const width = Math.max(name.length, ...titles.map((title) => title.length));
  const head = `${name.padEnd(width)}  threads         ms       ±   images/s   relaxed      simd     error`;
  const rows = entries.map(
    (entry, i) => `${titles[i].padEnd(width)}  ${String(entry.threads).padStart(7)}  ${row(entry)}`,
  );
  return [head, ...rows, ...scalingLines(entries), ""].join("\n");
}

function row({ medianMs, spread, imagesPerSecond, ratios, error, problem }: Comparison["entries"][number]): string {
  if (medianMs === null) return problem ?? "no sample";
  const times = (ratio: number | undefined): string => (ratio === undefined ? "" : `${ratio.toFixed(2)}×`);
  return [
    medianMs.toFixed(3).padStart(9),
    `${((spread ?? 0) * 100).toFixed(1)} %`.padStart(6),
    (imagesPerSecond ?? 0).toFixed(0).padStart(9),
    times(ratios.relaxed).padStart(8),
    times(ratios.simd).padStart(8),
    (error ?? 0).toExponential(1).padStart(8),
  ].join("  ");
}

/** What a second thread brings. */
function scalingLines(entries: Comparison["entries"]): string[] {
  return VARIANTS.flatMap((variant) => {
    const time = (threads: number): number | null | undefined =>
      entries.find((entry) => entry.name === ourName(variant) && entry.threads === threads)?.medianMs;
    const [one, two] = [time(1), time(2)];
    return one && two ? [`${ourName(variant)}: 2 threads are ${(one / two).toFixed(2)}× as fast as 1`] : [];
  });
}

/** One line for each command that would bring somebody in. */
export function skippedLines(skipped: readonly Contestant[]): string {
  const commands = new Set(skipped.map(({ install }) => install));
  return [...commands]
    .map((command) => {
      const names = new Set(skipped.filter(({ install }) => install === command).map(({ name }) => name));
      return `skipped, not installed: ${[...names].join("; ")}\n  ${command}`;
    })
    .join("\n");
}
