// How fast requests are refused.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Pace } from "../../../serve/http/pace.ts";
import { startServer } from "../../../serve/index.ts";

const test = suite("Pace");

test("one refusal waits for nothing, many for those before them: one every two milliseconds", () => {
  let now = 5000;
  const pace = new Pace(() => now);
  assert.equal(
    Array.from({ length: 5 }, () => pace.next()),
    [0, 2, 4, 6, 8],
  );
  now += 3;
  assert.is(pace.next(), 7);
  now += 1000;
  assert.is(pace.next(), 0);
});

test("none waits for more than a second", () => {
  const pace = new Pace(() => 0);
  const waits = Array.from({ length: 5000 }, () => pace.next());
  assert.is(Math.max(...waits), 1000);
  assert.is(waits[4999], 1000);
});

test("refusals of a full queue are spread over time, and each says when to come back", async () => {
  const options = { maxQueue: 1, maxQueueDelayMs: 1000 };
  const server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", ...options });
  const leave = new AbortController();
  try {
    // Waits for others, which do not come, in the only place of the queue; longer than the option may say, since the machine may be slow.
    Object.assign(server.service.queue, { maxDelayMs: 60_000 });
    const waiting = server.service.queue.submit({
      ...{ runner: await server.service.models.get("linear"), images: new Float32Array(784) },
      ...{ signal: leave.signal, deadlineMs: Number.POSITIVE_INFINITY },
    });
    const body = JSON.stringify({ image: "iVBORw0KGgo=" });
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => fetch(`${server.url}/predict/base64`, { method: "POST", body })),
    );
    const took = performance.now() - started;
    assert.equal([...new Set(answers.map(({ status }) => status))], [503]);
    assert.ok(answers.every(({ headers }) => Number(headers.get("retry-after")) >= 1));
    assert.ok(took >= 39 * 2 - 5, `40 refusals within ${took.toFixed(0)} ms`);
    leave.abort();
    await waiting.catch(() => {});
  } finally {
    await server.close();
  }
});

test.run();
