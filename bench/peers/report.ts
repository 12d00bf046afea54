// What the contest comes to: who took part, a table for each work, and how many times as fast as each peer simdgrad is.

import { readFileSync } from "node:fs";
import os from "node:os";
import process from "node:process";
import type { Blas } from "./blas.ts";
import type { Entry, Work } from "./contest.ts";
import { APT, ourName, VARIANTS } from "./contestants.ts";
import type { Absent, Introduced } from "./introduce.ts";

/** By kernel variant: a peer's time over ours, at the same number of threads. */
type Ratios = Partial<Record<(typeof VARIANTS)[number], number>>;

export interface Comparison {
  network: string;
  name: string;
  entries: (Entry & { ratios: Ratios })[];
}

export function compare({ network, name }: Work, entries: readonly Entry[]): Comparison {
  const ratios = (peer: Entry): Ratios =>
    Object.fromEntries(
      VARIANTS.flatMap((variant) => {
        const ours = entries.find((entry) => entry.name === ourName(variant) && entry.threads === peer.threads);
        return ours?.medianMs && peer.medianMs ? [[variant, peer.medianMs / ours.medianMs]] : [];
      }),
    );
  return { network, name, entries: entries.map((entry) => ({ ...entry, ratios: ratios(entry) })) };
}

/** "Node 24.18.0 on …, 2 processors, AVX-512". */
export function describeHost(): string {
  const cpus = os.cpus();
  const model = cpus[0]?.model.trim() ?? "unknown processor";
  return [
    `Node ${process.versions.node} on ${model}`,
    `${cpus.length} processor${cpus.length === 1 ? "" : "s"}`,
    ...vectorsOf(readIfAny("/proc/cpuinfo")),
  ].join(", ");
}

/** The widest vectors that native code has here, which WebAssembly's do not grow with. */
export function vectorsOf(cpuinfo: string): string[] {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1].split(" "));
  return flags.has("avx512f") ? ["AVX-512"] : flags.has("avx2") ? ["AVX2"] : [];
}

function readIfAny(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

export function headline(rounds: number, introduced: readonly Introduced[], absent: readonly Absent[]): string {
  const times = rounds === 1 ? "1 round" : `medians of ${rounds} rounds, interleaved`;
  return [
    `${describeHost()}; ${times}. The columns ${VARIANTS.join(", ")}: how many times as fast simdgrad is.`,
    ...introductionLines(introduced),
    ...blasWarnings(introduced),
    ...absenceLines(absent),
    "",
  ].join("\n");
}

/** Those who say the same in one line. */
function introductionLines(introduced: readonly Introduced[]): string[] {
  const told = ({ version, build, blas }: Introduced): string =>
    `${version}: ${[build, blas?.name].filter(Boolean).join(", ")}`;
  return [...new Set(introduced.map(told))].map((text) => {
    const names = introduced.filter((one) => told(one) === text).map(({ name }) => name);
    return `${names.join("; ")} ${text}`;
  });
}

function blasWarnings(introduced: readonly Introduced[]): string[] {
  const warn = (says: string, concerns: (blas: Blas) => boolean): string[] => {
    const names = introduced.filter(({ blas }) => blas && concerns(blas)).map(({ name }) => name);
    return names.length > 0 ? [`NO FAIR COMPARISON: ${names.join("; ")} with ${says}`, `  ${APT}`] : [];
  };
  return [
    ...warn("the reference BLAS: linear layers are about ten times slower.", ({ isReference }) => isReference),
    ...warn(
      "a BLAS that has threads of its own: on two threads large linear layers take twice the time.",
      ({ hasOwnThreads }) => hasOwnThreads,
    ),
  ];
}

/** One line for each reason, and for each command that would bring somebody in. */
export function absenceLines(absent: readonly Absent[]): string[] {
  const told = ({ reason, install }: Absent): string => (install === null ? reason : `${reason}; ${install}`);
  return [...new Set(absent.map(told))].map((text) => {
    const names = absent.filter((one) => told(one) === text).map(({ name }) => name);
    return `skipped: ${names.join("; ")}: ${text}`;
  });
}

export function table({ name, entries }: Comparison): string {
  const titles = entries.map(({ name: who, version, blas }) =>
    [who, version, blas?.isReference ? "WITH REFERENCE BLAS" : null].filter(Boolean).join(" "),
  );
  const width = Math.max(name.length, ...titles.map((title) => title.length));
  const columns = VARIANTS.map((variant) => variant.padStart(8)).join("  ");
  const head = `${name.padEnd(width)}  threads         ms       ±   images/s  ${columns}     error`;
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
    ...VARIANTS.map((variant) => times(ratios[variant]).padStart(8)),
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
