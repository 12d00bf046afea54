// What the page's side of the reader is made of: which request is sent, and how long answers take.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { share } from "../../web/draw/share.ts";
import { Latencies } from "../../web/read/latencies.ts";
import { Newest } from "../../web/read/newest.ts";

const test = suite("the reader");

test("nothing is sent before somebody listens, and then the newest", () => {
  const sent: string[] = [];
  const requests = new Newest<string>((each) => sent.push(each));
  requests.offer("first");
  requests.offer("second");
  assert.equal(sent, []);
  requests.done();
  assert.equal(sent, ["second"]);
});

test("of what came while one was on its way the newest is sent, and the others never", () => {
  const sent: number[] = [];
  const requests = new Newest<number>((each) => sent.push(each));
  requests.done();
  for (let i = 0; i < 5; i++) requests.offer(i);
  assert.equal(sent, [0]);
  requests.done();
  requests.done();
  assert.equal(sent, [0, 4]);
  requests.offer(5);
  assert.equal(sent, [0, 4, 5]);
});

test("a request that is done while it is sent lets the next one go", () => {
  const sent: number[] = [];
  const requests: Newest<number> = new Newest((each) => {
    sent.push(each);
    requests.done();
  });
  requests.done();
  for (const each of [1, 2, 3]) requests.offer(each);
  assert.equal(sent, [1, 2, 3]);
});

test("a latency is the median of the last answers: a slow one is not seen, and nothing computed is none", () => {
  const answer = (latencyMs: number | null) => ({
    digit: 1,
    confidence: 1,
    probabilities: [],
    isDigit: null,
    reason: null,
    latencyMs,
    pixels: null,
    warnings: [],
  });
  const latencies = new Latencies();
  assert.equal(latencies.add({ cnn: answer(null) }), {});
  for (const each of [1, 2, 3, 90]) latencies.add({ cnn: answer(each) });
  assert.equal(latencies.add({ cnn: answer(2), linear: answer(0.5) }), { cnn: 2, linear: 0.5 });
  for (let i = 0; i < 20; i++) latencies.add({ cnn: answer(7) });
  assert.equal(latencies.add({}), { cnn: 7, linear: 0.5 });
});

test("a share is whole percent in three characters at most, and says neither all nor nothing of what is not", () => {
  assert.equal([0, 0.0001, 0.005, 0.42, 0.994, 0.997, 1].map(share), ["0", "<1", "1", "42", "99", ">99", "100"]);
});

test.run();
