// Latency at half of the saturation rate, requests falling due at a constant rate.

import { accountsOf, latencyOf, latenessOf, shownCounts } from "../accounts.ts";
import { openLoop } from "../load.ts";
import type { Measurement } from "../measurement.ts";
import { multipartRequests } from "../requests.ts";
import { startOurs } from "../server.ts";
import { saturate } from "../wrk.ts";

export const halfLoad: Measurement = {
  name: "half-load",
  title: "latency at half of the saturation rate, one process",
  async run({ seconds, connections }) {
    const rows = [
      ["requests", "saturation/s", "rate/s", "p50 ms", "p99 ms", "max ms", "generator's part ms", "answers"],
    ];
    const figures = [];
    const faults: string[] = [];
    for (const set of [await multipartRequests(28), await multipartRequests(280)]) {
      const server = await startOurs(set.requests[0]);
      await saturate(server, set, { seconds: 2, connections });
      const { requestsPerSecond } = await saturate(server, set, {
        seconds: Math.max(1, Math.round(seconds / 6)),
        connections,
      });
      const ratePerSecond = requestsPerSecond / 2;
      const sent = await openLoop({ port: server.port, requests: set.requests, connections }, [
        { ratePerSecond, seconds },
      ]);
      await server.stop();
      const latency = latencyOf(sent);
      const { answered, lost, refused } = accountsOf(sent);
      rows.push([
        set.name,
        ...[requestsPerSecond, ratePerSecond].map((rate) => rate.toFixed(0)),
        ...[latency.p50Ms, latency.p99Ms, latency.maxMs, latenessOf(sent)].map((ms) => ms.toFixed(2)),
        shownCounts(answered),
      ]);
      figures.push({
        requests: set.name,
        saturation: requestsPerSecond,
        ratePerSecond,
        ...latency,
        answered,
        lost,
        refused,
      });
      if (Object.keys(answered).join() !== "200") faults.push(`${set.name}: answers ${shownCounts(answered)}`);
    }
    return { rows, notes: [], figures, faults };
  },
};
