// contest: how many predictions each server gives at saturation. Servers take turns, round after round, each started anew, so that
// what slows the machine slows all; nobody else's server is there meanwhile.

import { medianOf, spreadOf } from "../figure.ts";
import type { MeasurementOptions } from "./measurement.ts";
import type { RequestSet } from "./requests.ts";
import type { Server } from "./server.ts";
import { type Saturation, saturate } from "./wrk.ts";

export interface Contestant {
  readonly name: string;
  start(firstRequest: Uint8Array): Promise<Server>;
}

/** Medians over the rounds. */
export interface Standing extends Saturation {
  server: string;
  requests: string;
  rounds: number;
  /** Of the predictions per second: half the distance between the quartiles, relative to the median. */
  spread: number;
  firstAnswerMs: number;
}

/** Before it is timed: code is compiled, buffers have their size. */
const WARM_UP_SECONDS = 2;

export async function contest(
  contestants: readonly Contestant[],
  sets: readonly RequestSet[],
  { seconds, rounds, connections }: MeasurementOptions,
): Promise<Standing[]> {
  const samples = new Map<
    string,
    { server: string; set: RequestSet; runs: (Saturation & { firstAnswerMs: number })[] }
  >();
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      const server = await contestant.start(sets[0].requests[0]);
      try {
        for (const set of sets) {
          await saturate(server, set, { seconds: WARM_UP_SECONDS, connections });
          const run = await saturate(server, set, { seconds: Math.max(1, Math.round(seconds / rounds)), connections });
          const key = `${contestant.name}\n${set.name}`;
          const sample = samples.get(key) ?? { server: contestant.name, set, runs: [] };
          sample.runs.push({ ...run, firstAnswerMs: server.firstAnswerMs });
          samples.set(key, sample);
        }
      } finally {
        await server.stop();
      }
    }
  }
  return [...samples.values()].map(({ server, set, runs }) => {
    const median = (of: (run: (typeof runs)[number]) => number): number => medianOf(runs.map(of)) as number;
    return {
      ...{ server, requests: set.name, rounds: runs.length },
      spread: spreadOf(runs.map((run) => run.imagesPerSecond)),
      requestsPerSecond: median((run) => run.requestsPerSecond),
      imagesPerSecond: median((run) => run.imagesPerSecond),
      p50Ms: median((run) => run.p50Ms),
      p99Ms: median((run) => run.p99Ms),
      maxMs: median((run) => run.maxMs),
      failed: runs.reduce((sum, run) => sum + run.failed, 0),
      serverProcessors: median((run) => run.serverProcessors),
      generatorProcessors: median((run) => run.generatorProcessors),
      otherProcessors: median((run) => run.otherProcessors),
      residentMb: median((run) => run.residentMb),
      firstAnswerMs: median((run) => run.firstAnswerMs),
    };
  });
}

export const STANDING_COLUMNS = [
  ...["predictions/s", "±", "p50 ms", "p99 ms", "first answer ms", "MB"],
  ...["processors: server", "generator", "others"],
];

/** In the order of `STANDING_COLUMNS`. */
export function standingCells(standing: Standing): string[] {
  return [
    standing.imagesPerSecond.toFixed(0),
    `${(100 * standing.spread).toFixed(1)} %`,
    standing.p50Ms.toFixed(1),
    standing.p99Ms.toFixed(1),
    standing.firstAnswerMs.toFixed(0),
    standing.residentMb.toFixed(0),
    standing.serverProcessors.toFixed(2),
    standing.generatorProcessors.toFixed(2),
    standing.otherProcessors.toFixed(2),
  ];
}

/** Of the medians; "2.31×". */
export function timesAsMany(standings: readonly Standing[], requests: string, one: string, other: string): string {
  const rate = (server: string): number =>
    standings.find((standing) => standing.server === server && standing.requests === requests)?.imagesPerSecond ?? NaN;
  return `${(rate(one) / rate(other)).toFixed(2)}×`;
}

/** What a saturated server must not do. */
export function failures(standings: readonly Standing[]): string[] {
  return standings
    .filter(({ failed }) => failed > 0)
    .map(({ server, requests, failed }) => `${server}, ${requests}: ${failed} requests failed`);
}
