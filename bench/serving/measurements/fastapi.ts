// Beside the reference: saturation, memory, first answer; and our latency at the rate at which the reference is saturated.

import { latencyOf, latenessOf } from "../accounts.ts";
import { type Contestant, contest, failures, STANDING_COLUMNS, standingCells, timesAsMany } from "../contest.ts";
import { openLoop } from "../load.ts";
import type { Measurement } from "../measurement.ts";
import { multipartRequests } from "../requests.ts";
import { startOurs, startReference } from "../server.ts";

const OURS: Contestant = { name: "simdgrad", start: (first) => startOurs(first) };
const REFERENCE: Contestant = { name: "FastAPI", start: (first) => startReference(first) };
const OPTIMIZED: Contestant = { name: "FastAPI, optimized", start: (first) => startReference(first, "optimized") };

export const fastapi: Measurement = {
  name: "fastapi",
  title: "beside FastAPI, Pillow and PyTorch with the same weights, one process each",
  async run(options) {
    const small = await multipartRequests(28);
    const sets = [small, await multipartRequests(280)];
    const standings = await contest([OURS, REFERENCE, OPTIMIZED], sets, options);
    const reference = standings.find(({ server, requests }) => server === REFERENCE.name && requests === small.name);
    const ratePerSecond = Math.round(reference?.requestsPerSecond ?? 0);
    const server = await OURS.start(small.requests[0]);
    const load = { port: server.port, requests: small.requests, connections: options.connections };
    await openLoop(load, [{ ratePerSecond, seconds: 2 }]);
    const sent = await openLoop(load, [{ ratePerSecond, seconds: options.seconds }]);
    await server.stop();
    const latency = latencyOf(sent);
    return {
      rows: [
        ["server, requests", ...STANDING_COLUMNS],
        ...standings.map((standing) => [`${standing.server}, ${standing.requests}`, ...standingCells(standing)]),
      ],
      notes: [
        ...sets.map(
          ({ name }) =>
            `${name}: simdgrad gives ${timesAsMany(standings, name, OURS.name, REFERENCE.name)} the predictions of ` +
            `FastAPI, ${timesAsMany(standings, name, OURS.name, OPTIMIZED.name)} those of the optimized one`,
        ),
        `simdgrad at FastAPI's ${ratePerSecond}/s, constant: p50 ${latency.p50Ms.toFixed(2)} ms, ` +
          `p99 ${latency.p99Ms.toFixed(2)} ms, max ${latency.maxMs.toFixed(1)} ms ` +
          `(of which the generator itself: ${latenessOf(sent).toFixed(2)} ms)`,
      ],
      figures: { standings, atReferencesRate: { ratePerSecond, ...latency } },
      faults: failures(standings),
    };
  },
};
