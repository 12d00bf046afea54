// Workers here are pairs of emitters, so that each order of events can be played. test/serve/metrics/cluster.pack.ts has real ones.

import { EventEmitter } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelStatistics } from "../../../serve/inference/statistics.ts";
import {
  attachPrimary,
  attachWorker,
  type PrimaryPort,
  type WorkerPort,
} from "../../../serve/metrics/cluster_metrics.ts";
import { readingsOf } from "../../../serve/metrics/readings.ts";
import { ServiceMetrics } from "../../../serve/metrics/service_metrics.ts";
import { samplesOf } from "../../support/prometheus_text.ts";
import { until } from "../../support/until.ts";

const test = suite("metrics of a cluster");

const BUILD = { version: "1.2.3", node: "v24.0.0", arithmetic: "relaxed-fma" };
const COUNT = 'mnist_http_responses_total{code="200"}';

class FakeCluster extends EventEmitter {
  workers: Record<string, WorkerPort | undefined> = {};
  private next = 1;

  /** A worker with metrics of its own, which answers what it is asked. */
  fork({ isReady = true, pushMs = 1e6, answerMs = 60_000 } = {}) {
    const id = this.next++;
    const cluster = this;
    const metrics = new ServiceMetrics(BUILD);
    metrics.watch({
      isReady,
      queuedImages: 5,
      queue: { capacity: 512 },
      models: { current: [{ name: "cnn", version: "0" }] },
    });
    const statistics = new ModelStatistics();
    let connected = true;
    let answers = true;
    // Messages are copied as JSON, as they are on their way between processes.
    const copy = (message: object): unknown => JSON.parse(JSON.stringify(message));
    class Inside extends EventEmitter implements PrimaryPort {
      get connected() {
        return connected;
      }
      send(message: object, _: undefined, __: undefined, onSent: (error: Error | null) => void) {
        setImmediate(() => cluster.emit("message", outside, copy(message)));
        setImmediate(onSent, null);
        return true;
      }
    }
    const inside = new Inside();
    const outside: WorkerPort = {
      id,
      isConnected: () => connected,
      send(message, onSent) {
        if (answers) setImmediate(() => inside.emit("message", copy(message)));
        setImmediate(onSent, connected ? null : new Error("channel closed"));
        return true;
      },
    };
    this.workers[id] = outside;
    const reader = attachWorker(readingsOf(metrics, statistics), { port: inside, pushMs, answerMs });
    return {
      metrics,
      statistics,
      reader,
      /** Is there, and says nothing. */
      stall() {
        answers = false;
      },
      ends(signal: string | null, events: readonly ("disconnect" | "exit")[] = ["disconnect", "exit"]) {
        connected = false;
        delete cluster.workers[id];
        metrics.close();
        for (const event of events) cluster.emit(event, outside, signal ? null : 0, signal);
      },
    };
  }
}

const respond = (metrics: ServiceMetrics, times: number): void => {
  for (let i = 0; i < times; i++) metrics.responded({ method: "GET", route: "/", status: 200, seconds: 0.001 });
};

test("whoever is asked, a worker or the primary, answers for all: counters add up, readiness is the least ready's", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const [one, other] = [cluster.fork(), cluster.fork({ isReady: false })];
  respond(one.metrics, 2);
  respond(other.metrics, 3);
  for (const reader of [primary, one.reader, other.reader]) {
    const samples = samplesOf(await reader.text());
    assert.is(samples.get(COUNT), 5);
    assert.is(samples.get('mnist_http_request_duration_seconds_count{method="GET",route="/",status="2xx"}'), 5);
    assert.is(samples.get("mnist_queued_images"), 10);
    assert.is(samples.get("mnist_ready"), 0);
    assert.is(samples.get("mnist_workers"), 2);
    assert.is(samples.get('mnist_model_version_info{model="cnn",version="0"}'), 1);
    assert.is(samples.get('mnist_build_info{version="1.2.3",node="v24.0.0",arithmetic="relaxed-fma"}'), 1);
    assert.ok((samples.get("process_start_time_seconds") ?? 0) > 1.7e9);
  }
  for (const { ends } of [one, other]) ends(null);
});

test("a worker that died keeps counting, whichever event tells of it first, and has no gauges; its restart is counted", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const [one, other] = [cluster.fork(), cluster.fork()];
  respond(one.metrics, 2);
  respond(other.metrics, 3);
  await primary.text();
  one.ends("SIGKILL", ["exit"]);
  const between = samplesOf(await primary.text());
  assert.equal([between.get(COUNT), between.get("mnist_queued_images")], [5, 5]);
  one.ends("SIGKILL", ["disconnect"]);
  const fresh = cluster.fork();
  respond(fresh.metrics, 10);
  const samples = samplesOf(await primary.text());
  assert.equal([samples.get(COUNT), samples.get("mnist_queued_images")], [15, 10]);
  assert.equal([samples.get("mnist_workers"), samples.get("mnist_worker_restarts_total")], [2, 1]);
  other.ends(null);
  fresh.ends(null);
  const after = samplesOf(await primary.text());
  assert.equal([after.get(COUNT), after.get("mnist_workers"), after.get("mnist_queued_images")], [15, 0, undefined]);
  assert.is(after.get("mnist_worker_restarts_total"), 1, "one that ends with code 0 was asked to");
});

test("a worker tells by itself, so that one that nobody had asked is counted when it is killed", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const worker = cluster.fork({ pushMs: 10 });
  respond(worker.metrics, 4);
  let isTold = false;
  cluster.once("message", () => {
    isTold = true;
  });
  await until(
    () => isTold,
    () => "it has told nothing",
    { tries: 2000, everyMs: 5 },
  );
  worker.ends("SIGKILL");
  assert.is(samplesOf(await primary.text()).get(COUNT), 4);
});

test("one that closes tells what nobody has asked for yet", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const worker = cluster.fork();
  respond(worker.metrics, 4);
  await worker.reader.close();
  worker.ends(null);
  assert.is(samplesOf(await primary.text()).get(COUNT), 4);
});

test("a worker that does not answer is counted by what it said last, and keeps nobody waiting for long", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster, { collectMs: 1000 });
  const [one, other] = [cluster.fork(), cluster.fork()];
  respond(one.metrics, 1);
  respond(other.metrics, 2);
  await primary.text();
  other.stall();
  respond(one.metrics, 10);
  respond(other.metrics, 100);
  assert.is(samplesOf(await primary.text()).get(COUNT), 13);
  for (const { ends } of [one, other]) ends(null);
});

test("a worker whose primary does not answer says so", async () => {
  const cluster = new FakeCluster();
  const worker = cluster.fork({ answerMs: 200 });
  let message = "";
  await worker.reader.text().catch((error: Error) => {
    message = error.message;
  });
  assert.is(message, "the primary process gave no text within 200 ms.");
  worker.ends(null);
});

test("scrapes at the same time share one collection", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const worker = cluster.fork();
  let collections = 0;
  const { send } = cluster.workers[1] as WorkerPort;
  (cluster.workers[1] as { send: WorkerPort["send"] }).send = (message, onSent) => {
    collections++;
    return send(message, onSent);
  };
  await Promise.all([primary.text(), primary.text(), primary.statistics()]);
  assert.is(collections, 1);
  worker.ends(null);
});

test("statistics are of all workers too, also of those that are gone", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const [one, other] = [cluster.fork(), cluster.fork()];
  const seconds = { request: 0.004, queue: 0.001, computeInput: 0, computeInfer: 0.002, computeOutput: 0 };
  const event = { model: "cnn", version: "0", images: 2, outcome: "success", seconds } as const;
  one.statistics.inferred(event);
  other.statistics.inferred(event);
  await primary.statistics();
  one.ends("SIGKILL");
  const [of] = await other.reader.statistics();
  assert.equal([of.inference_count, of.inference_stats.success], [4, { count: 2, ns: 8_000_000 }]);
  other.ends(null);
});

test("messages of others between the same processes are none of ours", async () => {
  const cluster = new FakeCluster();
  const primary = attachPrimary(cluster);
  const worker = cluster.fork();
  for (const message of [null, "ready", 7, { kind: "readings" }, { channel: "other" }]) {
    cluster.emit("message", cluster.workers[1], message);
  }
  assert.is(samplesOf(await primary.text()).get("mnist_workers"), 1);
  worker.ends(null);
  await primary.close();
  assert.is(cluster.listenerCount("message") + cluster.listenerCount("exit") + cluster.listenerCount("disconnect"), 0);
});

test.run();
