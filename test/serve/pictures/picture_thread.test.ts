// The thread that decodes pictures: what it costs when something goes wrong in it.

import { EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import workerThreads from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PreprocessedDigit } from "../../../data/index.ts";
import { Problem } from "../../../serve/http/problem.ts";
import type { WorkLimits } from "../../../serve/inference/work_limits.ts";
import { PictureThread } from "../../../serve/pictures/picture_thread.ts";

const test = suite("PictureThread");

/** Answers with the picture's first byte; by its name it hangs, dies or fails. */
const SCRIPT = `
  const { parentPort } = require("node:worker_threads");
  parentPort.on("message", ({ name, bytes }) => {
    if (name === "hang") for (;;);
    if (name === "die") process.exit(7);
    if (name === "fail") return parentPort.postMessage({ failure: "a fault of ours" });
    if (name === "bad") return parentPort.postMessage({ problem: { status: 400, error: "bad.", reason: "bad_request" } });
    parentPort.postMessage({ content: { pixels: bytes, warnings: [], isBlank: false } });
  });`;

const within = (ms: number, signal = new AbortController().signal): WorkLimits => ({
  signal,
  deadlineMs: performance.now() + ms,
});
const job = (name: string, byte = 0) => ({
  want: "digit" as const,
  kind: "jpeg" as const,
  name,
  bytes: Uint8Array.of(byte),
  maxPixels: 1000,
});

async function outcome(promise: ReturnType<PictureThread["decode"]>): Promise<string> {
  try {
    return String(((await promise) as PreprocessedDigit).pixels[0]);
  } catch (error) {
    return error instanceof Problem ? `${error.status} ${error.reason}` : (error as Error).message;
  }
}

test("starts with the first picture, answers in order, and ends when none comes", async () => {
  const thread = new PictureThread({ script: SCRIPT, idleMs: 20 });
  assert.not(thread.isAlive);
  const answers = await Promise.all([1, 2, 3].map((byte) => outcome(thread.decode(job("fine", byte), within(5000)))));
  assert.equal(answers, ["1", "2", "3"]);
  assert.ok(thread.isAlive);
  for (let i = 0; thread.isAlive && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.not(thread.isAlive);
  assert.is(await outcome(thread.decode(job("fine", 4), within(5000))), "4");
  await thread.close();
});

test("a picture beyond its deadline ends the thread, and those behind it are decoded by another", async () => {
  const thread = new PictureThread({ script: SCRIPT });
  await thread.decode(job("fine"), within(5000));
  const hanging = outcome(thread.decode(job("hang"), within(50)));
  const behind = outcome(thread.decode(job("fine", 5), within(5000)));
  assert.equal([await hanging, await behind], ["503 deadline", "5"]);
  await thread.close();
});

test("a picture that takes too long is given up, however long its request would wait", async () => {
  const thread = new PictureThread({ script: SCRIPT, maxDecodeMs: 50 });
  assert.is(await outcome(thread.decode(job("hang"), within(60_000))), "503 deadline");
  await thread.close();
});

test("a thread that dies costs what it held", async () => {
  const thread = new PictureThread({ script: SCRIPT });
  const [dead, failed, bad, fine] = ["die", "fail", "bad", "fine"].map((name) =>
    outcome(thread.decode(job(name, 6), within(5000))),
  );
  assert.match(await dead, /^decoding die ended its thread/);
  assert.match(await failed, /^decoding fail failed: a fault of ours/);
  assert.equal([await bad, await fine], ["400 bad_request", "6"]);
  await thread.close();
});

test("what waits is bounded, has a deadline, and is dropped when its client leaves", async () => {
  const thread = new PictureThread({ script: SCRIPT, maxWaiting: 2, maxDecodeMs: 500 });
  await thread.decode(job("fine"), within(5000));
  const hanging = outcome(thread.decode(job("hang"), within(5000)));
  const client = new AbortController();
  const left = outcome(thread.decode(job("fine", 1), within(5000, client.signal)));
  const late = outcome(thread.decode(job("fine", 2), within(20)));
  assert.is(await outcome(thread.decode(job("fine", 3), within(5000))), "503 queue_full");
  client.abort();
  assert.equal([await left, await late, await hanging], ["499 cancelled", "503 deadline", "503 deadline"]);
  assert.is(await outcome(thread.decode(job("fine"), within(5000, client.signal))), "499 cancelled");
  await thread.close();
});

test("closing ends it at once, and refuses what waits and what comes", async () => {
  const thread = new PictureThread({ script: SCRIPT });
  await thread.decode(job("fine"), within(5000));
  const hanging = outcome(thread.decode(job("hang"), within(5000)));
  const waiting = outcome(thread.decode(job("fine"), within(5000)));
  await thread.close();
  assert.equal([await hanging, await waiting], ["503 not_ready", "503 not_ready"]);
  assert.is(await outcome(thread.decode(job("fine"), within(5000))), "503 not_ready");
});

test("a thread that ends as it starts fails the pictures that wait, and the next one starts another", async () => {
  const { Worker } = workerThreads;
  class Stillborn extends EventEmitter {
    constructor() {
      super();
      setImmediate(() => this.emit("exit", 9));
    }
  }
  const thread = new PictureThread({ script: SCRIPT });
  Object.assign(workerThreads, { Worker: Stillborn });
  syncBuiltinESMExports();
  try {
    assert.match(await outcome(thread.decode(job("fine"), within(2000))), /ended with 9 as it started$/);
  } finally {
    Object.assign(workerThreads, { Worker });
    syncBuiltinESMExports();
  }
  assert.is(await outcome(thread.decode(job("fine", 7), within(5000))), "7");
  await thread.close();
});

test.run();
