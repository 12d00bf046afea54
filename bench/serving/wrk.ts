// saturate: the most that a server gives, by Debian's wrk: each connection sends its next request as it gets an answer.
// wrk is in C and takes a tenth of a processor where Node would take a whole one: the server keeps the machine.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cpuSeconds, machineBusySeconds, residentMb } from "./process_tree.ts";
import type { RequestSet } from "./requests.ts";
import type { Server } from "./server.ts";

const SCRIPT = fileURLToPath(new URL("wrk.lua", import.meta.url));

export interface Saturation {
  requestsPerSecond: number;
  imagesPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Answers of another status than 2xx and 3xx, broken connections, no answer in time. */
  failed: number;
  /** Processors that the server kept busy; the generator; everybody else on the machine. */
  serverProcessors: number;
  generatorProcessors: number;
  otherProcessors: number;
  /** Of all the server's processes, when it was over. */
  residentMb: number;
}

export async function saturate(
  server: Server,
  set: RequestSet,
  { seconds, connections }: { seconds: number; connections: number },
): Promise<Saturation> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-serving-"));
  try {
    const file = join(folder, "requests");
    writeFileSync(
      file,
      Buffer.concat(set.requests.flatMap((request) => [Buffer.from(`${request.length}\n`), request])),
    );
    return await run(server, set, file, seconds, connections);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  server: Server,
  set: RequestSet,
  file: string,
  seconds: number,
  connections: number,
): Promise<Saturation> {
  const url = `http://127.0.0.1:${server.port}`;
  const flags = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", SCRIPT, url, "--", file];
  const before = { server: cpuSeconds(server.pids()), machine: machineBusySeconds() };
  const began = performance.now();
  const child = spawn("wrk", flags, { stdio: ["ignore", "pipe", "inherit"] });
  // What wrk took is gone from /proc when it has ended: asked for again and again, the last answer counts.
  let generator = 0;
  const timer = setInterval(() => {
    generator = cpuSeconds([child.pid as number]) || generator;
  }, 100);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(timer);
  const wall = (performance.now() - began) / 1000;
  if (code !== 0) throw new Error(`wrk ended with ${code}`);
  const pids = server.pids();
  const serverSeconds = cpuSeconds(pids) - before.server;
  const found = JSON.parse(text.trim().split("\n").at(-1) as string) as Record<string, number>;
  const answered = found.requests - found.notOk;
  return {
    requestsPerSecond: answered / found.seconds,
    imagesPerSecond: (answered * set.images) / found.seconds,
    ...{ p50Ms: found.p50Ms, p99Ms: found.p99Ms, maxMs: found.maxMs },
    failed: found.notOk + found.connect + found.read + found.write + found.timeout,
    serverProcessors: serverSeconds / wall,
    generatorProcessors: generator / wall,
    otherProcessors: Math.max(0, machineBusySeconds() - before.machine - serverSeconds - generator) / wall,
    residentMb: residentMb(pids),
  };
}
