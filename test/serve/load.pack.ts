// The program under load, as it runs in production: what becomes of every request when there are too many, when it is told to end,
// when a worker of it is killed, when another version is promoted. No speed is asserted.

import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { accountsOf } from "../../bench/serving/accounts.ts";
import { type ClosedLoop, closedLoop, type Load } from "../../bench/serving/load.ts";
import { connectionOwners } from "../../bench/serving/process_tree.ts";
import { multipartRequest } from "../../bench/serving/requests.ts";
import { ask, type Server, startOurs } from "../../bench/serving/server.ts";
import { fakeRun } from "../support/fake_run.ts";

const test = suite("load");
execFileSync(process.execPath, ["scripts/build.mjs", "--if-stale"]);
const outputs = mkdtempSync(join(tmpdir(), "simdgrad-load-"));
const digits = Array.from({ length: 10 }, (_, digit) => readFileSync(`docs/digits/${digit}.png`));
const requests = digits.map((png) => multipartRequest(png, "cnn"));
const linearRequests = digits.map((png) => multipartRequest(png, "linear"));
const servers: Server[] = [];
const loads: ClosedLoop[] = [];
process.on("exit", () => rmSync(outputs, { recursive: true, force: true }));
// Where a test has failed in its middle.
test.after.each(async () => {
  for (const { child } of servers.splice(0)) child.kill("SIGKILL");
  for (const load of loads.splice(0)) await load.stop();
});

async function start(...flags: string[]): Promise<Server> {
  const server = await startOurs(requests[0], ["--log-level", "warn", "--runs", outputs, ...flags]);
  servers.push(server);
  return server;
}

/** For so long, and longer where the machine is busy, until there are enough answers for the test to mean something. */
async function under(load: Load, ms: number, leastAnswers: number): Promise<ClosedLoop> {
  const running = closedLoop(load);
  loads.push(running);
  await sleep(ms);
  for (let waited = 0; running.sent.length < leastAnswers && waited < 20_000; waited += 50) await sleep(50);
  return running;
}

test("more than it can serve gets 200 or 503 with Retry-After, all of it an answer, and then all is as before", async () => {
  const server = await start("--max-queue", "8");
  const refusals: string[] = [];
  const load: Load = {
    ...{ port: server.port, requests, connections: 200 },
    onAnswer: (status, body, head) => {
      if (status === 503) refusals.push(`${/\r\nretry-after: \d+/i.test(head)} ${JSON.parse(body.toString()).error}`);
    },
  };
  const { answered, lost, refused } = accountsOf(await (await under(load, 1500, 1000)).stop());
  assert.equal([lost, refused], [{}, {}]);
  assert.equal(Object.keys(answered), ["200", "503"]);
  assert.is(refusals.length, answered["503"]);
  assert.equal(
    refusals.filter((text) => !/^true .*queue is full/.test(text)),
    [],
  );
  const after = await ask(server.port, requests[7]);
  assert.is(after.kind === "answered" && JSON.parse(after.body.toString()).predicted_class, 7);
  await server.stop();
});

for (const workers of ["1", "2"]) {
  test(`SIGTERM in mid-load: nothing that was accepted is lost, with ${workers} process(es)`, async () => {
    const server = await start("--workers", workers, "--drain-delay", "1");
    const running = await under({ port: server.port, requests, connections: 20 }, 500, 100);
    const before = running.sent.length;
    const ended = once(server.child, "exit");
    const told = performance.now();
    server.child.kill("SIGTERM");
    const [code, signal] = await ended;
    const took = performance.now() - told;
    const { answered, lost, refused } = accountsOf(await running.stop());
    assert.equal([code, signal], [0, null]);
    assert.ok(took >= 1000 && took < 11_000, `${took} ms`);
    assert.equal(lost, {});
    assert.equal(Object.keys(answered), ["200"]);
    assert.ok(answered["200"] > before, "it served on while its readiness said no");
    assert.ok(Object.values(refused).length > 0, "the load went on until nobody listened");
  });
}

test("SIGKILL of a worker: only what it had is lost, others serve on, and it is replaced", async () => {
  const server = await start("--workers", "2");
  const { running, owners, workers } = await spread(server);
  const [victim] = workers;
  const had = [...owners.values()].filter((pid) => pid === victim).length;
  process.kill(victim, "SIGKILL");
  const since = running.sent.length;
  const isReplaced = (): boolean => workersOf(server).length === 2 && !workersOf(server).includes(victim);
  for (let waited = 0; !(isReplaced() && running.sent.length > since + 100) && waited < 20_000; waited += 50)
    await sleep(50);
  assert.ok(isReplaced());
  const sent = await running.stop();
  const lost = sent.filter(({ outcome }) => outcome === "lost");
  assert.equal(
    lost.filter(({ localPort }) => owners.get(localPort) !== victim),
    [],
  );
  assert.ok(lost.length > 0 && lost.length <= had, `${lost.length} lost of ${had} connections`);
  const { answered, refused } = accountsOf(sent);
  assert.equal([Object.keys(answered), refused], [["200"], {}]);
  await server.stop();
});

/** A load of which both workers have connections, and all are with them: a worker gets none before it is ready. */
async function spread(
  server: Server,
): Promise<{ running: ClosedLoop; owners: Map<number, number>; workers: number[] }> {
  for (let tries = 0; tries < 20; tries++) {
    const running = await under({ port: server.port, requests, connections: 20 }, 1000, 100);
    const workers = workersOf(server);
    const owners = connectionOwners(workers, server.port);
    if (owners.size >= 20 && new Set(owners.values()).size === 2) return { running, owners, workers };
    await running.stop();
  }
  throw new Error("two workers never had twenty connections between them");
}

function workersOf(server: Server): number[] {
  return server.pids().filter((pid) => pid !== server.pid);
}

test("promote and rollback in mid-load: every request gets an answer, of the old version or the new", async () => {
  fakeRun(outputs, "first", { seed: 1 });
  fakeRun(outputs, "second", { seed: 2 });
  const server = await start("--workers", "2");
  const versions: string[] = [];
  const load: Load = {
    ...{ port: server.port, requests: linearRequests, connections: 20 },
    onAnswer: (_, body) => versions.push(JSON.parse(body.toString()).model_version),
  };
  const running = await under(load, 300, 100);
  // Both workers have changed when the last hundred answers are of the new version.
  const changes = [
    [["promote", "first"], "1"],
    [["promote", "second"], "2"],
    [["rollback"], "1"],
  ] as const;
  for (const [words, version] of changes) {
    await mnist(...words, "--model", "linear", "--runs", outputs);
    const isThere = (): boolean => versions.slice(-100).every((one) => one === version);
    for (let waited = 0; !isThere() && waited < 20_000; waited += 20) await sleep(20);
    assert.ok(isThere(), `after ${words.join(" ")}: ${[...new Set(versions.slice(-100))].join(", ")}`);
  }
  const { answered, lost, refused } = accountsOf(await running.stop());
  assert.equal([Object.keys(answered), lost, refused], [["200"], {}, {}]);
  await server.stop();
});

async function mnist(...words: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, ["dist/cli.js", ...words]);
}

test.run();
