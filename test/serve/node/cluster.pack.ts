// --workers N: several processes behind one address, each replaceable.

import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RawClient } from "../../support/raw_client.ts";
import { ServeProgram, SOURCE } from "../../support/serve_program.ts";
import { steadyClients } from "../../support/steady_clients.ts";

const test = suite("cluster");
const picture = JSON.stringify({ image: readFileSync("docs/digits/7.png").toString("base64") });
const POST = ["POST /predict/base64 HTTP/1.1", "Host: x", `Content-Length: ${picture.length}`];
/** Runs in workers alone, before the program. */
const inWorkers = (code: string): string =>
  `data:text/javascript,import cluster from "node:cluster"; if (cluster.isWorker) { ${encodeURIComponent(code)} }`;

test("a worker that is killed loses only what it had, and is replaced; the others go on", async () => {
  const server = new ServeProgram(["--workers", "2", "--log-level", "warn"]);
  const url = await server.url();
  const before = server.workers;
  assert.is(before.length, 2);
  const clients = 10;
  let stop: (value?: unknown) => void = () => {};
  const until = new Promise((resolve) => {
    stop = resolve;
  });
  const { counts, done } = steadyClients(url, [...POST, "", picture], { clients, until });
  await server.until(() => counts.answered > 40, "load");
  process.kill(before[0], "SIGKILL");
  await server.until(() => server.workers.some((id) => !before.includes(id)), "another worker");
  const { answered } = counts;
  await server.until(() => counts.answered > answered + 40, "answers after it");
  stop();
  await done;
  // Connections go to the workers in turn: half of the clients were on the one that was killed, with a request each.
  assert.ok(counts.lost > 0 && counts.lost <= clients / 2, `${counts.lost} lost`);
  assert.equal(Object.keys(counts.statuses), ["200"]);
  assert.is(server.workers.length, 2);
  assert.ok(server.workers.includes(before[1]));
  await server.until(() => server.stdout.includes("another takes its place"), "its line in the log");
  assert.match(server.stdout, /"ended":"by SIGKILL"/);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^mnist_worker_restarts_total 1$/m);
  server.kill("SIGTERM");
  assert.equal(await server.ended, { code: 0, signal: null });
});

test("workers start from the sources, too, as in development", async () => {
  const server = new ServeProgram(["--workers", "2", "--log-level", "silent"], { program: SOURCE });
  assert.is((await fetch(`${await server.url()}/models`)).status, 200);
  assert.is(server.workers.length, 2);
  server.kill("SIGTERM");
  assert.is((await server.ended).code, 0);
});

test("workers hold requests to the same limits as a server of one process", async () => {
  const server = new ServeProgram(["--workers", "2", "--log-level", "silent", "--timeout", "1"]);
  const url = await server.url();
  const slow = new RawClient(url).send("GET / HTTP/1.1", "Host: x", "A: ");
  const [late, wrong] = [
    new RawClient(url).send(...POST, "", picture.slice(0, 9)),
    new RawClient(url).send("?\r\n\r\n"),
  ];
  assert.equal((await Promise.all([slow, late, wrong].map((client) => client.answer()))).map((answer) => answer?.status), [408, 408, 400]); // biome-ignore format: one line
  const half = new RawClient(url).send(...POST, "", picture);
  assert.is((await half.answer())?.status, 200);
  server.kill("SIGTERM");
  assert.is((await server.ended).code, 0);
});

test("workers share the rate limit: together they grant the whole, and a connection its worker's share", async () => {
  const server = new ServeProgram(["--workers", "2", "--log-level", "silent", "--rate-limit", "5"]);
  const url = await server.url();
  const granted: number[] = [];
  const clients = [new RawClient(url), new RawClient(url)];
  for (const client of clients) {
    let count = 0;
    const ask = () => client.send("GET /models HTTP/1.1", "Host: x", "", "").answer();
    for (let answer = await ask(); answer?.status === 200; answer = await ask()) count++;
    granted.push(count);
  }
  assert.equal(granted.sort(), [2, 3]);
  for (const { socket } of clients) socket.destroy();
  server.kill("SIGTERM");
  assert.is((await server.ended).code, 0);
});

test("what keeps it from starting is told once, with the code of its kind", async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken.listen(0, "127.0.0.1", () => resolve((taken.address() as { port: number }).port));
  });
  for (const [flags, imports, code, says] of [
    [["--port", String(port)], [], 2, /--port \d+ is taken on 127\.0\.0\.1/],
    [["--host", "192.0.2.1"], [], 2, /--host 192\.0\.2\.1 is not an address of this machine/],
    [[], [inWorkers("process.exit(7)")], 1, /a worker ended with code 7 while it started/],
  ] as const) {
    const server = new ServeProgram(["--workers", "3", ...flags], { imports });
    assert.is((await server.ended).code, code, server.stderr);
    assert.match(server.stderr, /^error: [^\n]+\n$/);
    assert.match(server.stderr, says);
  }
  taken.close();
});

test("SIGTERM while workers start is heeded then, and ends it with 0", async () => {
  const imports = [inWorkers("await new Promise((resolve) => setTimeout(resolve, 30_000));")];
  const server = new ServeProgram(["--workers", "2", "--log-level", "warn"], { imports });
  await server.until(() => server.workers.length === 2, "workers");
  const started = performance.now();
  server.kill("SIGTERM");
  assert.equal(await server.ended, { code: 0, signal: null });
  assert.ok(performance.now() - started < 5000);
  assert.match(server.stderr, /^Stopping: [^\n]+\n$/);
});

test("workers that end as soon as they serve are started again more and more slowly, and given up", async () => {
  const ends = "if (message.kind === 'ready' && cluster.worker.id > 2) setTimeout(() => process.exit(9), 200);";
  const imports = [inWorkers(`const { send } = process; process.send = (message, ...rest) => { ${ends} return send.call(process, message, ...rest); };`)]; // biome-ignore format: one line
  const server = new ServeProgram(["--workers", "2", "--log-level", "error"], { imports });
  await server.url();
  for (const id of server.workers) process.kill(id, "SIGKILL");
  assert.is((await server.ended).code, 1);
  assert.match(server.stderr, /error: 6 workers in a row ended within 10 s of their start, the last with code 9/);
  assert.is(server.stdout.match(/another takes its place/g)?.length, 6);
});

test.run();
