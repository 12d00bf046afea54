// The most that our server gives: in one process, with two workers, and by the Open Inference Protocol.

import { type Contestant, contest, failures, STANDING_COLUMNS, standingCells, timesAsMany } from "../contest.ts";
import type { Measurement } from "../measurement.ts";
import { base64Requests, multipartRequests, oipBinaryRequests, oipJsonRequests, type RequestSet } from "../requests.ts";
import { startOurs } from "../server.ts";

const ONE: Contestant = { name: "one process", start: (first) => startOurs(first) };
const TWO: Contestant = { name: "two workers", start: (first) => startOurs(first, ["--workers", "2"]) };

export const oneProcess = saturation("one-process", "one process at saturation", [ONE], pngSets);
export const twoWorkers = saturation(
  "two-workers",
  "two workers beside one process, at saturation",
  [ONE, TWO],
  pngSets,
);
/** Fifty requests of 32 images are more than wait by default. */
const WIDE: Contestant = { name: "one process", start: (first) => startOurs(first, ["--max-queue", "2048"]) };
export const oip = saturation(
  "oip-binary",
  "the Open Inference Protocol, one process with --max-queue 2048, at saturation",
  [WIDE],
  oipSets,
);

async function multipartSets(): Promise<RequestSet[]> {
  return [await multipartRequests(28), await multipartRequests(280)];
}

async function pngSets(): Promise<RequestSet[]> {
  return [...(await multipartSets()), await base64Requests(28), await base64Requests(280)];
}

async function oipSets(): Promise<RequestSet[]> {
  return [await oipBinaryRequests(), await oipJsonRequests()];
}

function saturation(
  name: string,
  title: string,
  contestants: readonly Contestant[],
  sets: () => Promise<RequestSet[]>,
): Measurement {
  return {
    ...{ name, title },
    async run(options) {
      const sent = await sets();
      const standings = await contest(contestants, sent, options);
      const [first, second] = contestants;
      return {
        rows: [
          ["server, requests", ...STANDING_COLUMNS],
          ...standings.map((standing) => [`${standing.server}, ${standing.requests}`, ...standingCells(standing)]),
        ],
        notes: second
          ? sent.map(
              (set) => `${set.name}: ${second.name} give ${timesAsMany(standings, set.name, second.name, first.name)}`,
            )
          : [],
        figures: { standings },
        faults: failures(standings),
      };
    },
  };
}
