// How fast requests are refused.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Pace } from "../../../serve/http/pace.ts";
import { startServer } from "../../../serve/index.ts";
import { waitingImage } from "../../support/waiting_image.ts";

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
  const server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here", maxQueue: 1 });
  // In the only place of the queue.
  const leave = await waitingImage(server.service, "linear");
  try {
    const body = JSON.stringify({ image: "iVBORw0KGgo=" });
    const started = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => fetch(`${server.url}/predict/base64`, { method: "POST", body })),
    );
    const took = performance.now() - started;
    assert.equal([...new Set(answers.map(({ status }) => status))], [503]);
    assert.ok(answers.every(({ headers }) => Number(headers.get("retry-after")) >= 1));
    assert.ok(took >= 39 * 2 - 5, `40 refusals within ${took.toFixed(0)} ms`);
  } finally {
    await leave();
    await server.close();
  }
});

test.run();
