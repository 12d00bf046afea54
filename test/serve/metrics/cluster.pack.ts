// The metrics of real processes of node:cluster, one of which is killed.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { samplesOf } from "../../support/prometheus_text.ts";

const test = suite("metrics of real workers");

const COUNT = 'mnist_http_responses_total{code="200"}';
/** Two workers that count 3 each; the primary does what it is told, a line at a time, and answers with a line. */
const PROGRAM = `
  import cluster from "node:cluster";
  import { createInterface } from "node:readline";
  import { attachPrimary, attachWorker } from "${process.cwd()}/serve/metrics/cluster_metrics.ts";
  import { startMonitoring } from "${process.cwd()}/serve/metrics/monitoring.ts";
  if (cluster.isPrimary) {
    const reader = attachPrimary(cluster);
    cluster.fork();
    cluster.fork();
    let counted = 0;
    cluster.on("message", (_, message) => { if (message === "counted" && ++counted === 2) console.log('"ready"'); });
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === "kill") {
        const [worker] = Object.values(cluster.workers);
        const gone = new Promise((resolve) => worker.once("exit", resolve));
        worker.process.kill("SIGKILL");
        await gone;
      }
      console.log(JSON.stringify(await reader.text()));
    }
  } else {
    const { observers } = startMonitoring({ version: "1", node: "1", arithmetic: "simd" }, attachWorker);
    for (let i = 0; i < 3; i++) observers[0].responded({ method: "GET", route: "/", status: 200, seconds: 0.001 });
    process.send("counted");
  }`;

const folder = mkdtempSync(join(tmpdir(), "simdgrad-cluster-"));
let child: ChildProcess;
let lines: AsyncIterator<string>;

async function told(command?: string): Promise<string> {
  if (command) child.stdin?.write(`${command}\n`);
  const { value } = await lines.next();
  return JSON.parse(value);
}

test.before(async () => {
  const program = join(folder, "program.mts");
  writeFileSync(program, PROGRAM);
  child = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["pipe", "pipe", "inherit"] });
  lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  assert.is(await told(), "ready");
});
test.after(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

test("what two processes count adds up, and still does when one was killed", async () => {
  const before = samplesOf(await told("scrape"));
  assert.equal([before.get(COUNT), before.get("mnist_workers")], [6, 2]);
  const after = samplesOf(await told("kill"));
  assert.equal([after.get(COUNT), after.get("mnist_workers")], [6, 1]);
  assert.is(after.get("mnist_worker_restarts_total"), 1);
  assert.ok((after.get("process_cpu_seconds_total") ?? 0) >= (before.get("process_cpu_seconds_total") ?? 1));
  const memory = [before, after].map((samples) => samples.get("process_resident_memory_bytes") ?? 0);
  assert.ok(memory[1] < 0.8 * memory[0], "the memory of the one that is gone is gone");
});

test.run();
