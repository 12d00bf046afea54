// How `mnist serve` ends, alone and with workers: nothing that it accepted is lost, and no client can hold it.

import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RawClient } from "../../support/raw_client.ts";
import { ServeProgram } from "../../support/serve_program.ts";
import { steadyClients } from "../../support/steady_clients.ts";

const test = suite("shut down");
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const picture = JSON.stringify({ image: readFileSync("docs/digits/7.png").toString("base64") });
const HEAD = ["POST /predict/base64 HTTP/1.1", "Host: x", `Content-Length: ${picture.length}`];
const PREDICT = [...HEAD, "", picture];
const READY = ["GET /v2/health/ready HTTP/1.1", "Host: x", "", ""];

for (const workers of ["1", "2"]) {
  const program = (...flags: string[]) => new ServeProgram(["--workers", workers, "--log-level", "warn", ...flags]);

  for (const [how, end] of [
    ["SIGTERM", (server: ServeProgram) => server.kill("SIGTERM")],
    // As Ctrl-C in a terminal does.
    ["a signal to all of its processes", (server: ServeProgram) => server.killGroup("SIGINT")],
  ] as const) {
    test(`with ${workers} workers, ${how} under load loses no request, and ends it with 0`, async () => {
      const server = program();
      const url = await server.url();
      const load = steadyClients(url, PREDICT, { clients: 12, until: server.ended });
      const thoughtful = steadyClients(url, READY, { clients: 4, until: server.ended, pauseMs: 50 });
      await server.until(() => load.counts.answered > 50 && thoughtful.counts.answered > 8, "load");
      const started = performance.now();
      end(server);
      assert.equal(await server.ended, { code: 0, signal: null });
      assert.ok(performance.now() - started < 10_000);
      await Promise.all([load.done, thoughtful.done]);
      assert.equal([load.counts.lost, thoughtful.counts.lost], [0, 0]);
      assert.equal(Object.keys(load.counts.statuses), ["200"]);
      assert.ok(load.counts.last >= 12, "each client was told that its connection ends");
      assert.match(server.stderr, /^Serving [^\n]+\nStopping: [^\n]+\n$/);
      assert.not.match(server.stdout, /cut off/);
    });
  }

  test(`with ${workers} workers, it serves on for --drain-delay, while it says that it is not ready`, async () => {
    const server = program("--drain-delay", "4");
    const url = await server.url();
    const client = new RawClient(url);
    assert.is((await client.send(...READY).answer())?.status, 200);
    const started = performance.now();
    server.kill("SIGTERM");
    await server.until(() => server.stderr.includes("Stopping"), "it stops");
    // Workers hear of it a moment later.
    let unready = await client.send(...READY).answer();
    while (unready?.status === 200) unready = await client.send(...READY).answer();
    assert.is(unready?.status, 503);
    assert.is.not(unready?.headers.connection, "close");
    const fresh = await fetch(`${url}/predict/base64`, { method: "POST", body: picture });
    assert.is(fresh.status, 200);
    await fresh.arrayBuffer();
    assert.equal(await server.ended, { code: 0, signal: null });
    const tookMs = performance.now() - started;
    assert.ok(tookMs >= 4000 && tookMs < 14_000, `${tookMs}`);
    client.socket.destroy();
  });

  test(`with ${workers} workers, a body that is under way is waited for, but not for ever`, async () => {
    const server = program("--timeout", "60");
    const url = await server.url();
    const [late, never, idle, silent] = Array.from({ length: 4 }, () => new RawClient(url));
    late.send(...HEAD, "", picture.slice(0, 10));
    never.send(...HEAD, "", picture.slice(0, 10));
    assert.is((await idle.send(...READY).answer())?.status, 200);
    await sleep(300);
    const started = performance.now();
    server.kill("SIGTERM");
    await sleep(1500);
    assert.is(await idle.end(), "");
    assert.is(await silent.end(), "");
    late.send(picture.slice(10));
    const answer = await late.answer();
    assert.equal([answer?.status, answer?.headers.connection], [200, "close"]);
    assert.equal(await server.ended, { code: 0, signal: null });
    const tookMs = performance.now() - started;
    assert.ok(tookMs > 8000 && tookMs < 10_000, `${tookMs}`);
    assert.match(server.stdout, /"connections":1/);
    assert.is(await never.answer(), null);
  });

  test(`with ${workers} workers, a second signal ends it at once`, async () => {
    const server = program("--drain-delay", "60");
    await server.url();
    server.kill("SIGINT");
    await server.until(() => server.stderr.includes("Stopping"), "it stops");
    await sleep(700);
    const started = performance.now();
    server.kill("SIGINT");
    assert.equal(await server.ended, { code: 130, signal: null });
    assert.ok(performance.now() - started < 2000);
  });
}

test.run();
