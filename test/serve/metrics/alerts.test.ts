import { suite } from "uvu";
import * as assert from "uvu/assert";
import { read } from "../../support/sources.ts";

const test = suite("alerts");

const rules = read("deploy/prometheus/alerts.yml");
const alerts = rules.split(/^ {6}- alert: /m).slice(1);
const nameOf = (alert: string): string => alert.split("\n", 1)[0];

test("every alert says how urgent it is, what is wrong, and where to read what to do, which is there", () => {
  assert.ok(alerts.length >= 12);
  const headings = [...read("docs/monitoring.md").matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  for (const alert of alerts) {
    const name = nameOf(alert);
    assert.match(alert, /labels: \{ severity: (critical|warning) \}/, name);
    for (const annotation of ["summary", "description"]) assert.match(alert, new RegExp(`^ {10}${annotation}: \\S`, "m"), name); // biome-ignore format: one line
    assert.ok(alert.includes(`          runbook: docs/monitoring.md#${name.toLowerCase()}\n`), name);
  }
  assert.equal(headings, alerts.map(nameOf));
});

test("every alert is tested: it fires in one of the made-up cases, and is silent in another", () => {
  const cases = read("deploy/prometheus/alerts_test.yml");
  for (const alert of alerts) assert.match(cases, new RegExp(`alertname: ${nameOf(alert)}\n`), nameOf(alert));
  assert.match(cases, /count\(ALERTS\) or vector\(0\)/);
});

test("rules and dashboard ask for metrics of ours that the page on monitoring has, or for those of a process", () => {
  const documented = new Set([...read("docs/monitoring.md").matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name));
  const recorded = [...rules.matchAll(/record: (\S+)/g)].map(([, name]) => name);
  const asked = `${rules}${read("deploy/grafana/dashboards/mnist.json")}`.matchAll(
    /(?<![\w:])(mnist|nv)_[a-z_]+\b(?!:)/g,
  );
  const names = new Set([...asked].map(([name]) => name.replace(/_(bucket|sum|count)$/, "")));
  const inference = (name: string): boolean => documented.has(name) || documented.has(`${name}_count`);
  assert.equal([...names].filter((name) => !inference(name) && !recorded.some((each) => each.includes(name))), []); // biome-ignore format: one line
  assert.ok(names.size > 15);
});

test.run();
