// How long ending may take, in parts. shut_down.pack.ts ends whole programs.

import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLOSE_MS, type Log, makeLog } from "../../../serve/log/log.ts";
import { Connections } from "../../../serve/node/connections.ts";
import { listen } from "../../../serve/node/listen.ts";
import { DRAIN_MS, drain, END_MS, FLEET_MS } from "../../../serve/node/shut_down.ts";

const test = suite("shut down");

test("what ending may take at worst adds up to less than ten seconds", () => {
  assert.is(END_MS, 10_000);
  assert.ok(DRAIN_MS + CLOSE_MS < END_MS);
  assert.ok(DRAIN_MS < FLEET_MS, "workers can drain before they are killed");
  assert.ok(FLEET_MS + CLOSE_MS < END_MS);
});

test("letting in those who knocked is a part of the time that draining has", async () => {
  const server = createServer();
  const connections = new Connections();
  server.on("connection", (socket) => connections.of(socket));
  const { port } = await listen(server, { host: "127.0.0.1", port: 0, log: makeLog({ level: "silent" }) });
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(client, "connect");
  // Somebody knocks at every turn of the event loop.
  let isOver = false;
  const knock = (): void => {
    if (isOver) return;
    server.emit("connection", client);
    setImmediate(knock);
  };
  server.removeAllListeners("connection").on("connection", () => {});
  connections.of(client);
  knock();
  // 200 ms are left for those who are in; fewer on a busy machine, never more.
  let leftMs = Number.NaN;
  const cutOff = connections.drain.bind(connections);
  connections.drain = (options) => {
    leftMs = options.limitMs;
    return cutOff(options);
  };
  const ignore = (): void => {};
  const log = { warn: ignore } as unknown as Log;
  const startedMs = performance.now();
  await drain({ server, connections }, log, { isPatient: true, limitMs: 700 });
  const tookMs = performance.now() - startedMs;
  isOver = true;
  client.destroy();
  assert.ok(leftMs <= 200, `${leftMs} of 700 ms were left`);
  assert.ok(tookMs < 10_000, `it took ${tookMs} ms`);
});

test("errors of accepting connections leave the server as it is, and say one line", async () => {
  const lines: object[] = [];
  const log = { error: (fields: object) => lines.push(fields) } as unknown as Log;
  const server = createServer((_, answer) => answer.end("here"));
  const { port } = await listen(server, { host: "127.0.0.1", port: 0, log });
  for (let i = 0; i < 3; i++) server.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));
  assert.equal(lines, [{ reason: "too many files are open (EMFILE)" }]);
  assert.is(await (await fetch(`http://127.0.0.1:${port}`)).text(), "here");
  server.close();
  const taken = createServer();
  const { port: other } = await listen(taken, { host: "127.0.0.1", port: 0, log });
  const refused = (await listen(createServer(), { host: "127.0.0.1", port: other, log }).catch((error) => error)) as NodeJS.ErrnoException; // biome-ignore format: one line
  assert.is(refused.code, "EADDRINUSE");
  assert.is((taken.address() as AddressInfo).port, other);
  taken.close();
});

test.run();
