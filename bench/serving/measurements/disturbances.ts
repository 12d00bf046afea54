// What happens to requests under way when the server is told to end, when a worker of it is killed, when another version is
// promoted: every request is accounted for.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Accounts, accountsOf, shownCounts, totalOf } from "../accounts.ts";
import { closedLoop, type Load } from "../load.ts";
import type { Measurement, Result } from "../measurement.ts";
import { connectionOwners } from "../process_tree.ts";
import { multipartRequests } from "../requests.ts";
import { ask, type Server, startOurs } from "../server.ts";

const PROGRAM = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));

export const sigterm: Measurement = {
  name: "sigterm",
  title: "SIGTERM in mid-load, two workers",
  async run({ seconds, connections }) {
    const { requests } = await multipartRequests(28);
    const server = await startOurs(requests[0], ["--workers", "2", "--drain-delay", "2"]);
    const load = closedLoop({ port: server.port, requests, connections });
    await sleep(1000 * Math.min(seconds, 5));
    const ended = once(server.child, "exit");
    const told = performance.now();
    server.child.kill("SIGTERM");
    await sleep(500);
    const whileDraining = await statusOf(server, "/v2/health/ready");
    const [code, signal] = await ended;
    const tookMs = performance.now() - told;
    const accounts = accountsOf(await load.stop());
    return {
      rows: [
        ["SIGTERM, --drain-delay 2", ""],
        ...accountRows(accounts),
        ["ready, after 0.5 s", String(whileDraining)],
        ["exit", `${code ?? signal} after ${(tookMs / 1000).toFixed(2)} s`],
      ],
      notes: [],
      figures: { ...accounts, whileDraining, exit: code ?? signal, tookMs },
      faults: [
        ...lostFaults("sigterm", accounts),
        ...(code === 0 ? [] : [`sigterm: exit ${code ?? signal}`]),
        ...(whileDraining === 503 ? [] : [`sigterm: ready said ${whileDraining} while draining`]),
      ],
    };
  },
};

export const killWorker: Measurement = {
  name: "kill-worker",
  title: "SIGKILL of one of two workers in mid-load",
  async run({ seconds, connections }) {
    const { requests } = await multipartRequests(28);
    const server = await startOurs(requests[0], ["--workers", "2"]);
    const load = closedLoop({ port: server.port, requests, connections });
    await sleep(1000 * Math.min(seconds, 5));
    const [, ...workers] = server.pids();
    const owners = connectionOwners(workers, server.port);
    const victim = workers[0];
    const had = [...owners.values()].filter((pid) => pid === victim).length;
    process.kill(victim, "SIGKILL");
    const killed = performance.now();
    while (!server.pids().some((pid) => pid !== server.pid && !workers.includes(pid))) {
      if (performance.now() - killed > 10_000) break;
      await sleep(5);
    }
    const replacedMs = performance.now() - killed;
    await sleep(1000 * Math.min(seconds, 5));
    const sent = await load.stop();
    await server.stop();
    const accounts = accountsOf(sent);
    const foreign = sent.filter(({ outcome, localPort }) => outcome === "lost" && owners.get(localPort) !== victim);
    return {
      rows: [
        ["SIGKILL of a worker", ""],
        ...accountRows(accounts),
        ["connections of that worker", `${had} of ${owners.size}`],
        ["lost of other workers", String(foreign.length)],
        ["replaced after", `${replacedMs.toFixed(0)} ms`],
      ],
      notes: [],
      figures: {
        ...accounts,
        connectionsOfVictim: had,
        connections: owners.size,
        lostOfOthers: foreign.length,
        replacedMs,
      },
      faults: [
        ...strangeFaults("kill-worker", accounts),
        ...(foreign.length > 0 ? [`kill-worker: ${foreign.length} requests of other workers lost`] : []),
        ...(totalOf(accounts.lost) > had
          ? [`kill-worker: ${totalOf(accounts.lost)} lost; it had ${had} connections`]
          : []),
      ],
    };
  },
};

export const promote: Measurement = {
  name: "promote",
  title: "promote and rollback in mid-load, two workers",
  async run({ seconds, connections }) {
    const { requests } = await multipartRequests(28);
    const outputs = mkdtempSync(join(tmpdir(), "simdgrad-serving-"));
    const runs = ["--runs", outputs];
    try {
      const brief = ["--model", "cnn", "--preset", "fast", "--data", "synthetic", "--limit", "2000", "--quiet"];
      for (const seed of ["1", "2"]) await mnist("train", ...brief, "--seed", seed, "--out", outputs);
      const [second, first] = (await mnist("runs", "--json", ...runs))
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id);
      const server = await startOurs(requests[0], ["--workers", "2", "--runs", outputs]);
      const versions: string[] = [];
      const load: Load = {
        ...{ port: server.port, requests, connections },
        onAnswer: (status, body) => {
          if (status !== 200) return;
          const version = String(JSON.parse(body.toString()).model_version);
          if (!versions.includes(version)) versions.push(version);
        },
      };
      const running = closedLoop(load);
      const pause = (): Promise<void> => sleep(1000 * Math.min(seconds, 3));
      await pause();
      for (const change of [["promote", first], ["promote", second], ["rollback"]]) {
        await mnist(...change, "--model", "cnn", ...runs);
        await pause();
      }
      const accounts = accountsOf(await running.stop());
      await server.stop();
      return {
        rows: [
          ["promote, promote, rollback", ""],
          ...accountRows(accounts),
          ["versions that answered", versions.join(", ")],
        ],
        notes: [],
        figures: { ...accounts, versions },
        faults: [
          ...lostFaults("promote", accounts),
          ...strangeFaults("promote", accounts),
          ...(versions.join() === "0,1,2" ? [] : [`promote: versions ${versions.join(", ")} answered, not 0, 1, 2`]),
        ],
      };
    } finally {
      rmSync(outputs, { recursive: true, force: true });
    }
  },
};

function accountRows({ sent, answered, lost, refused }: Accounts): Result["rows"] {
  return [
    ["requests", String(sent)],
    ["answers", shownCounts(answered)],
    ["accepted, and lost", shownCounts(lost)],
    ["never accepted", shownCounts(refused)],
  ];
}

function lostFaults(name: string, { lost }: Accounts): string[] {
  return totalOf(lost) > 0 ? [`${name}: ${shownCounts(lost)} lost`] : [];
}

function strangeFaults(name: string, { answered }: Accounts): string[] {
  const strange = Object.keys(answered).filter((status) => status !== "200");
  return strange.map((status) => `${name}: ${answered[status]} answers with status ${status}`);
}

async function statusOf(server: Server, path: string): Promise<number> {
  const outcome = await ask(server.port, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`));
  return outcome.kind === "answered" ? outcome.status : 0;
}

/** The load goes on meanwhile. @returns what it printed */
async function mnist(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...words], { encoding: "utf8" });
  return stdout;
}
