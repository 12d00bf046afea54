// Work in turns: what lies between two pieces, and which pieces are never done.

import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Problem } from "../../../serve/http/problem.ts";
import { LightDeparture } from "../../../serve/inference/work_limits.ts";
import { Turns } from "../../../serve/pictures/turns.ts";

const test = suite("Turns");

const limits = (ms = 10_000) => ({ signal: new LightDeparture(), deadlineMs: performance.now() + ms });

function busy(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

test("pieces are done one after another, in their order, and not before the caller goes on", async () => {
  const turns = new Turns();
  const done: number[] = [];
  const all = [0, 1, 2, 3].map((i) => turns.take(limits(), () => done.push(i)));
  assert.is(turns.length, 4);
  assert.equal(done, []);
  assert.equal(await Promise.all(all), [1, 2, 3, 4]);
  assert.equal(done, [0, 1, 2, 3]);
  assert.is(turns.length, 0);
});

test("what a piece throws is its caller's; the others are done", async () => {
  const turns = new Turns();
  const failing = turns.take(limits(), () => {
    throw new TypeError("damaged");
  });
  const next = turns.take(limits(), () => 5);
  assert.instance(await failing.catch((error) => error), TypeError);
  assert.is(await next, 5);
});

test("between slices the event loop comes round: clients that connect at once are all let in before the work is done", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  let letIn = 0;
  server.on("connection", () => letIn++);
  const { port } = server.address() as AddressInfo;
  const clients = Array.from({ length: 20 }, () => connect(port, "127.0.0.1"));
  const turns = new Turns();
  let left = 120;
  let unfinished = 0;
  const work = Array.from({ length: left }, () =>
    turns.take(limits(60_000), () => {
      busy(2);
      left--;
      if (letIn < clients.length) unfinished = left;
    }),
  );
  await Promise.all(work);
  assert.is(letIn, clients.length);
  assert.ok(unfinished > 20, `the last was let in with ${unfinished} pieces to do`);
  for (const client of clients) client.destroy();
  server.close();
});

test("no piece is done whose client left, or whose deadline passed, while it waited", async () => {
  const turns = new Turns();
  let done = 0;
  const first = turns.take(limits(), () => busy(20));
  const leaving = limits();
  const left = turns.take(leaving, () => done++);
  const late = turns.take(limits(10), () => done++);
  leaving.signal.abort();
  await first;
  const problems = await Promise.all([left, late].map((piece) => piece.catch((error: unknown) => error)));
  assert.equal(
    problems.map((problem) => (problem instanceof Problem ? [problem.status, problem.reason] : problem)),
    [
      [499, "cancelled"],
      [503, "deadline"],
    ],
  );
  assert.is(done, 0);
});

test.run();
