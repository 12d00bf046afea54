// Debian's Prometheus on what we give it: names, rules, and a dashboard whose every query it answers from a server under load.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { requireProgram, runProgram } from "../../support/debian_program.ts";
import { read } from "../../support/sources.ts";

const test = suite("Prometheus, by Debian");

const PROGRAM = "prometheus";
const ALERTS = "deploy/prometheus/alerts.yml";
const DASHBOARD = "deploy/grafana/dashboards/mnist.json";
/** Of Prometheus: short beside the window of the rates that are asked for, long enough for a machine that is busy. */
const SCRAPE = "2s";
const WINDOW = "1m";
const SCRAPES = 5;
const PATIENCE_MS = 60_000;

interface Target {
  expr: string;
}
interface Panel {
  title: string;
  type: string;
  targets?: Target[];
}
interface Dashboard {
  panels: Panel[];
  annotations: { list: Target[] };
}

const folder = mkdtempSync(join(tmpdir(), "simdgrad-prometheus-"));
let server: RunningServer;
let prometheus: ChildProcess;
let base: string;
let isLoaded = true;
let clients: Promise<unknown>;

test.before(async () => {
  requireProgram("promtool", "prometheus");
  requireProgram(PROGRAM, "prometheus");
  server = await startServer({ port: 0, metricsPort: 0, logLevel: "silent", outputs: "no outputs here" });
  base = `http://127.0.0.1:${await freePort()}`;
  const config = join(folder, "prometheus.yml");
  writeFileSync(config, configFor(new URL(server.metricsUrl ?? "").host));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    "--log.level=warn",
    `--web.listen-address=${base.slice(7)}`,
  ];
  prometheus = spawn(PROGRAM, args, { stdio: ["ignore", "ignore", "inherit"] });
  clients = Promise.all([load(0), load(1)]);
  // Until there are rates, also of what was recorded from rates.
  await eventually(async () => {
    const [scrapes] = await query(`count_over_time(mnist_ready[${WINDOW}])`);
    const [recorded] = await query("count_over_time(model:mnist_prediction_confidence:mean1h[1m])");
    return Number(scrapes?.value[1] ?? 0) >= SCRAPES && Number(recorded?.value[1] ?? 0) >= 2;
  });
});
test.after(async () => {
  isLoaded = false;
  await clients;
  const ended = new Promise((done) => prometheus.once("exit", done));
  prometheus.kill("SIGKILL");
  await ended;
  await server.close();
  rmSync(folder, { recursive: true });
});

/** The one that is deployed, but for who is asked, and how often. */
function configFor(target: string): string {
  const deployed = read("deploy/prometheus/prometheus.yml");
  const [before, after] = deployed.split(/^ {4}dns_sd_configs:$/m);
  assert.match(after, /^\s+- names: \[api\]$/m);
  const config = `${before}    static_configs: [{ targets: ["${target}"] }]\n`;
  return config.replaceAll(/: 1[05]s$/gm, `: ${SCRAPE}`).replace("/etc/prometheus/alerts.yml", resolve(ALERTS));
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}

async function eventually(holds: () => Promise<boolean>, what = String(holds)): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (await holds().catch(() => false)) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`Prometheus did not get that far within ${PATIENCE_MS / 1000} s: ${what}`);
}

/** Requests that succeed and some that are refused, one after the other, until the tests are done. */
async function load(client: number): Promise<void> {
  for (let i = client; isLoaded; i++) {
    const form = new FormData();
    form.append("file", new Blob([readFileSync(`docs/digits/${i % 10}.png`)]), "digit.png");
    form.append("model_type", ["linear", "cnn", "cnn", "neither"][i % 4]);
    await fetch(`${server.url}/predict`, { method: "POST", body: form }).then((response) => response.arrayBuffer());
    await new Promise((done) => setTimeout(done, 20));
  }
}

interface Result {
  metric: Record<string, string>;
  value: [number, string];
}

async function query(expression: string): Promise<Result[]> {
  const expanded = expression.replaceAll("$__rate_interval", WINDOW).replaceAll(/\$(instance|model)\b/g, ".+");
  const body = new URLSearchParams({ query: expanded });
  const response = await fetch(`${base}/api/v1/query`, { method: "POST", body });
  const { status, error, data } = (await response.json()) as {
    status: string;
    error?: string;
    data: { result: Result[] };
  };
  assert.is(status, "success", `${expanded}: ${error}`);
  return data.result;
}

const dashboard = (): Dashboard => JSON.parse(read(DASHBOARD)) as Dashboard;

test("promtool finds nothing amiss with our own metrics' names, helps and types", async () => {
  const text = await (await fetch(server.metricsUrl ?? "")).text();
  // Triton's names are not ours to choose, and prom-client's are what its users know.
  const own = text
    .split("\n\n")
    .filter((block) => block.startsWith("# HELP mnist_"))
    .join("\n");
  assert.ok(own.length > 5000);
  assert.is(await runProgram("promtool", ["check", "metrics"], `${own}\n`), "");
});

test("promtool checks the rules and the configuration, and each alert fires when it should", async () => {
  assert.match(await runProgram("promtool", ["check", "rules", ALERTS]), /SUCCESS: 17 rules found/);
  await runProgram("promtool", ["check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml"]);
  assert.match(await runProgram("promtool", ["test", "rules", "deploy/prometheus/alerts_test.yml"]), /SUCCESS/);
});

test("Prometheus reaches the server, every rule evaluates, and a healthy server raises no alert", async () => {
  await eventually(async () => (await query('up{job="mnist"} == 1')).length === 1);
  const { data } = (await (await fetch(`${base}/api/v1/rules`)).json()) as {
    data: { groups: { rules: { name: string; health: string; lastError?: string; state?: string }[] }[] };
  };
  const rules = data.groups.flatMap((group) => group.rules);
  assert.is(rules.length, 17);
  assert.equal(
    rules.filter(({ health }) => health !== "ok"),
    [],
  );
  assert.equal(
    rules.filter(({ state }) => state === "firing").map(({ name }) => name),
    [],
  );
});

test("every query of every panel of the dashboard returns a series with a number", async () => {
  const panels = dashboard().panels.filter(({ type }) => type !== "row");
  assert.ok(panels.length >= 25);
  for (const { title, targets = [] } of panels) {
    assert.ok(targets.length > 0, title);
    for (const { expr } of targets) {
      const hasNumber = async (): Promise<boolean> =>
        (await query(expr)).some(({ value }) => Number.isFinite(Number(value[1])));
      await eventually(hasNumber, `${title}: ${expr}`);
    }
  }
  for (const { expr } of dashboard().annotations.list) await query(expr);
});

test("what Prometheus counted is what the server was asked", async () => {
  const [{ value }] = await query('sum(increase(mnist_refused_requests_total{reason="not_found"}[1h])) > 0');
  assert.ok(Number(value[1]) > 1);
  const digits = await query("sum by (digit) (mnist_predictions_total) > 0");
  assert.is(digits.length, 10);
});

test.run();
