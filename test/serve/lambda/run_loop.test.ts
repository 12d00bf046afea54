// The loop of a function, against the Runtime API on loopback.

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Handler, runLoop } from "../../../serve/lambda/run_loop.ts";
import { RuntimeApi } from "../../../serve/lambda/runtime_api.ts";
import { type Ended, type ReportedError, RuntimeEmulator } from "./runtime_emulator.ts";

const test = suite("run_loop");

function errorOf(ended: Ended): ReportedError {
  if ("error" in ended) return ended.error;
  throw new Error(`no error was reported: ${JSON.stringify(ended).slice(0, 100)}`);
}

/** Runs the loop around `use`, and ends it. */
async function withLoop(handler: Handler, use: (emulator: RuntimeEmulator) => Promise<void>): Promise<void> {
  const emulator = await RuntimeEmulator.start();
  const api = new RuntimeApi(emulator.address);
  const stop = new AbortController();
  const loop = runLoop(api, handler, stop.signal);
  try {
    await Promise.race([use(emulator), loop.then(() => assert.unreachable("the loop ended by itself"))]);
    stop.abort();
    await loop;
  } finally {
    api.close();
    await emulator.stop();
  }
}

test("an event goes in and the result comes out, one invocation after the other, on one connection", async () => {
  const seen: unknown[] = [];
  const handler: Handler = async (event, { awsRequestId }) => {
    seen.push(awsRequestId);
    return { got: event };
  };
  await withLoop(handler, async (emulator) => {
    for (let i = 0; i < 200; i++)
      assert.equal(await emulator.invoke({ i, é: "ü" }), { result: { got: { i, é: "ü" } } });
    assert.is(new Set(seen).size, 200);
    assert.ok(seen.every((id) => /^[\w-]{36}$/.test(String(id))));
    assert.is(emulator.connections, 1);
  });
});

test("what is invoked together is answered one by one, in its order", async () => {
  const order: number[] = [];
  const handler: Handler = async (event) => {
    order.push(event as number);
    await new Promise((resolve) => setImmediate(resolve));
    return event;
  };
  await withLoop(handler, async (emulator) => {
    const ended = await Promise.all([1, 2, 3, 4].map((n) => emulator.invoke(n)));
    assert.equal(ended, [1, 2, 3, 4].map((result) => ({ result }))); // biome-ignore format: one line
    assert.equal(order, [1, 2, 3, 4]);
  });
});

test("what the function throws is that invocation's error, and the next one is answered", async () => {
  const handler: Handler = async (event) => {
    if (event === "throw") throw new RangeError("no such digit");
    if (event === "throw text") throw "text";
    return event;
  };
  await withLoop(handler, async (emulator) => {
    const { errorType, errorMessage, stackTrace } = errorOf(await emulator.invoke("throw"));
    assert.equal([errorType, errorMessage], ["RangeError", "no such digit"]);
    assert.match(stackTrace[0], /^at .*run_loop\.test\.ts/);
    assert.is(errorOf(await emulator.invoke("throw text")).errorMessage, "text");
    assert.equal(await emulator.invoke("fine"), { result: "fine" });
  });
});

test("an event that is no JSON, or nested too deep, is an error and does not reach the function", async () => {
  let calls = 0;
  const handler: Handler = async () => ++calls;
  await withLoop(handler, async (emulator) => {
    for (const event of ["{", `${"[".repeat(100)}${"]".repeat(100)}`]) {
      assert.is(errorOf(await emulator.invoke(new String(event))).errorType, "RuntimeError");
    }
    assert.is(calls, 0);
  });
});

test("the deadline and X-Ray's trace are those of the invocation", async () => {
  const handler: Handler = async (_, { getRemainingTimeInMillis }) => [
    getRemainingTimeInMillis(),
    process.env._X_AMZN_TRACE_ID ?? null,
  ];
  await withLoop(handler, async (emulator) => {
    const { result } = (await emulator.invoke({}, { timeoutMs: 5000, traceId: "Root=1-a" })) as {
      result: [number, string];
    };
    assert.ok(result[0] > 3000 && result[0] <= 5000, String(result[0]));
    assert.is(result[1], "Root=1-a");
    const { result: next } = (await emulator.invoke({})) as { result: [number, string | null] };
    assert.is(next[1], null);
  });
});

test("an answer after the deadline is lost with a warning, and the next invocation is answered", async () => {
  const warnings: string[] = [];
  const hear = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", hear);
  const handler: Handler = async (event) => {
    if (event === "slow") await new Promise((resolve) => setTimeout(resolve, 120));
    return event;
  };
  await withLoop(handler, async (emulator) => {
    assert.equal(await emulator.invoke("slow", { timeoutMs: 40 }), { timedOut: true });
    assert.equal(await emulator.invoke("next"), { result: "next" });
    assert.ok(warnings.some((line) => /was answered after its deadline/.test(line)));
  });
  process.off("warning", hear);
});

test("an answer too large for Lambda is reported as an error", async () => {
  const handler: Handler = async (event) => "x".repeat(Number(event));
  await withLoop(handler, async (emulator) => {
    emulator.maxAnswer = 100;
    const { errorType, errorMessage } = errorOf(await emulator.invoke(200));
    assert.is(errorType, "RuntimeError");
    assert.match(errorMessage, /the answer has 202 characters/);
    assert.equal(await emulator.invoke(3), { result: "xxx" });
  });
});

test("told to stop, the loop answers what it has begun, and takes no more", async () => {
  const emulator = await RuntimeEmulator.start();
  const api = new RuntimeApi(emulator.address);
  const stop = new AbortController();
  const handler: Handler = async (event) => {
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 10));
    return event;
  };
  const first = emulator.invoke("begun");
  await runLoop(api, handler, stop.signal);
  assert.equal(await first, { result: "begun" });
  assert.not(emulator.isIdle);
  api.close();
  await emulator.stop();
});

test("an address that does not speak the Runtime API ends the loop", async () => {
  const emulator = await RuntimeEmulator.start();
  const api = new RuntimeApi(`${emulator.address}`);
  emulator.refuseWith = 500;
  await runLoop(api, async () => null).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /answered 500 to \/2018-06-01\/runtime\/invocation\/next/),
  );
  api.close();
  await emulator.stop();
});

test.run();
