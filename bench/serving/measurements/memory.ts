// Resident memory over many requests: none of them may leave anything behind.

import { quantile } from "../../figure.ts";
import type { Measurement } from "../measurement.ts";
import { residentMb } from "../process_tree.ts";
import { base64Requests, multipartRequests, oipBinaryRequests, oipJsonRequests } from "../requests.ts";
import { startOurs } from "../server.ts";
import { type Saturation, saturate } from "../wrk.ts";

const REQUESTS = 200_000;
const SLICE_SECONDS = 5;

export const memory: Measurement = {
  name: "memory",
  title: `resident memory over ${REQUESTS} requests of every kind in turn, one process`,
  async run({ connections }) {
    const sets = [
      ...[await multipartRequests(28), await multipartRequests(280), await base64Requests(28)],
      ...[await oipBinaryRequests(), await oipJsonRequests()],
    ];
    // Fifty requests of 32 images are more than wait by default.
    const server = await startOurs(sets[0].requests[0], ["--max-queue", "2048"]);
    const samples: { requests: number; mb: number }[] = [];
    let requests = 0;
    let failed = 0;
    for (let slice = 0; requests < REQUESTS; slice++) {
      // The short requests make up most of the number; the others have their turn between them.
      const set = slice % 2 === 0 ? sets[0] : sets[1 + ((slice >> 1) % (sets.length - 1))];
      const run: Saturation = await saturate(server, set, { seconds: SLICE_SECONDS, connections });
      requests += Math.round(run.requestsPerSecond * SLICE_SECONDS);
      failed += run.failed;
      samples.push({ requests, mb: residentMb(server.pids()) });
    }
    await server.stop();
    const early = samples.filter(({ requests: at }) => at >= 0.1 * REQUESTS && at <= 0.3 * REQUESTS);
    const late = samples.filter(({ requests: at }) => at >= 0.8 * REQUESTS);
    const median = (part: typeof samples): number => quantile(part.map(({ mb }) => mb), 0.5); // biome-ignore format: one line
    const drift = median(late) / median(early) - 1;
    return {
      rows: [
        ["requests", "MB"],
        ["10 % to 30 %, median", median(early).toFixed(1)],
        ["80 % to the end, median", median(late).toFixed(1)],
        ["most", quantile(samples.map(({ mb }) => mb), 1).toFixed(1)], // biome-ignore format: one line
      ],
      notes: [`${requests} requests; drift ${(100 * drift).toFixed(1)} %`],
      figures: { requests, drift, early: median(early), late: median(late), samples },
      faults: failed > 0 ? [`memory: ${failed} requests failed`] : [],
    };
  },
};
