// Four times the requests that the server can answer: what it answers to whom, how many it still serves, and how soon it is its
// former self when the load is over.

import { accountsOf, isSuccess, latencyOf, shownCounts, totalOf } from "../accounts.ts";
import { openLoop, type Sent } from "../load.ts";
import type { Measurement } from "../measurement.ts";
import { multipartRequests } from "../requests.ts";
import { startOurs } from "../server.ts";
import { saturate } from "../wrk.ts";

const TIMES = 4;
/** Callers that overload a server are many: fifty connections could not have more than fifty requests open. */
const CONNECTIONS = 1000;
const BEFORE_SECONDS = 3;
const AFTER_SECONDS = 6;
/** Latency is normal again where its 99th percentile over half a second is at most this, or twice what it was before. */
const NORMAL_MS = 15;
const WINDOW_MS = 500;

export const overload: Measurement = {
  name: "overload",
  title: `${TIMES}× the saturation rate, ${CONNECTIONS} connections, one process`,
  async run({ seconds, connections }) {
    const set = await multipartRequests(28);
    const server = await startOurs(set.requests[0]);
    await saturate(server, set, { seconds: 2, connections });
    const { requestsPerSecond } = await saturate(server, set, {
      seconds: Math.max(1, Math.round(seconds / 6)),
      connections,
    });
    const calm = requestsPerSecond / 2;
    const load = { port: server.port, requests: set.requests, connections: CONNECTIONS };
    const sent = await openLoop(load, [
      { ratePerSecond: calm, seconds: BEFORE_SECONDS },
      { ratePerSecond: TIMES * requestsPerSecond, seconds },
      { ratePerSecond: calm, seconds: AFTER_SECONDS },
    ]);
    await server.stop();
    const overFrom = 1000 * BEFORE_SECONDS;
    const overTo = overFrom + 1000 * seconds;
    const during = sent.filter(({ dueMs }) => dueMs >= overFrom && dueMs < overTo);
    const { answered, lost, refused } = accountsOf(during);
    const goodput =
      sent.filter((one) => isSuccess(one) && one.endMs >= overFrom && one.endMs < overTo).length / seconds;
    const before = latencyOf(sent.filter(({ dueMs }) => dueMs < overFrom));
    const recoveredMs = recovery(sent, overTo, Math.max(NORMAL_MS, 2 * before.p99Ms));
    const reached = totalOf(answered) / seconds / requestsPerSecond;
    const strange = Object.keys(answered).filter((status) => !["200", "429", "503"].includes(status));
    const figures = { saturation: requestsPerSecond, offered: TIMES * requestsPerSecond, answered, lost, refused };
    return {
      rows: [
        ["PNG 28×28, multipart", ""],
        ["saturation", `${requestsPerSecond.toFixed(0)}/s`],
        ["offered", `${(TIMES * requestsPerSecond).toFixed(0)}/s, of which answered ${reached.toFixed(2)}× saturation`],
        ["answers", shownCounts(answered)],
        ["lost; no connection", `${shownCounts(lost)}; ${shownCounts(refused)}`],
        ["goodput", `${goodput.toFixed(0)}/s, ${((100 * goodput) / requestsPerSecond).toFixed(0)} % of saturation`],
        [
          "p99 of the served, before, during",
          `${before.p99Ms.toFixed(1)} ms, ${latencyOf(during).p99Ms.toFixed(1)} ms`,
        ],
        [
          "normal again after",
          Number.isFinite(recoveredMs) ? `${(recoveredMs / 1000).toFixed(2)} s` : "not within 6 s",
        ],
      ],
      notes: [],
      figures: {
        ...figures,
        goodput,
        share: goodput / requestsPerSecond,
        before,
        during: latencyOf(during),
        recoveredMs,
      },
      faults: [
        ...strange.map((status) => `overload: ${answered[status]} answers with status ${status}`),
        ...(totalOf(lost) > 0 ? [`overload: ${shownCounts(lost)} lost`] : []),
      ],
    };
  },
};

/** From `overTo` to the first moment after which requests for half a second, and all that follow, are served in normal time. */
function recovery(sent: readonly Sent[], overTo: number, normalMs: number): number {
  const after = sent.filter(({ dueMs }) => dueMs >= overTo).sort((a, b) => a.dueMs - b.dueMs);
  const isNormal = (from: number): boolean => {
    const window = after.filter(({ dueMs }) => dueMs >= from && dueMs < from + WINDOW_MS);
    return window.length > 0 && window.every(isSuccess) && latencyOf(window).p99Ms <= normalMs;
  };
  const end = overTo + 1000 * AFTER_SECONDS - WINDOW_MS;
  let recovered = Number.POSITIVE_INFINITY;
  for (let at = end; at >= overTo && isNormal(at); at -= WINDOW_MS / 10) recovered = at - overTo;
  return Math.max(0, recovered);
}
