// The description of the API, held against the rules of Redocly's linter.

import { spawnSync } from "node:child_process";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("openapi.json, linted");

interface Report {
  totals: { errors: number; warnings: number };
  problems: { ruleId: string; message: string; location: { pointer?: string }[] }[];
}

function lint(path: string, rules = "recommended-strict"): Report {
  // Probes may ask as often as they like, without a key: two operations have no problem of the client's.
  const args = [
    "node_modules/@redocly/cli/bin/cli.js",
    "lint",
    path,
    `--extends=${rules}`,
    "--format=json",
    "--skip-rule=operation-4xx-response",
  ];
  // It would tell its makers that it ran, and ask for a newer version.
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const { stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  assert.ok(stdout.startsWith("{"), stderr);
  return JSON.parse(stdout) as Report;
}

test("nothing in it is against the strict rules", () => {
  const { problems } = lint("dist/docs/openapi.json");
  assert.equal(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
    [],
  );
});

test("the linter finds what is wrong", () => {
  const { totals } = lint("test/serve/openapi/wrong.json");
  assert.ok(totals.errors > 0);
});

test.run();
