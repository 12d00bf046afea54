// The fuzzer itself: what it must notice, and that it does so again.

import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/base/errors.ts";
import { fuzzInProcess } from "./fuzz_process.ts";
import { type Finding, fuzzTarget, mutationOf } from "./fuzz_target.ts";
import { judge } from "./judge.ts";
import { minimise } from "./minimise.ts";
import type { FuzzTarget } from "./target.ts";
import { target as png } from "./targets/png.ts";
import { target as safetensors } from "./targets/safetensors.ts";

const test = suite("fuzzer");

/** A reader that does with each input what its text says. */
function reader(read: (text: string) => unknown, garbage: (value: unknown) => string | null = () => null): FuzzTarget {
  return {
    ...{ name: "planted", errors: [DataError], leastRefusals: 0, garbage, describe: String },
    mutate: (random) => random.bytes(random.below(200)).map((byte) => byte & 15),
    read: (input) => read(new TextDecoder().decode(input)),
  };
}

const verdictOf = (target: FuzzTarget, text = "x") => judge(target, new TextEncoder().encode(text));
const refusing = (error: unknown) =>
  reader(() => {
    throw error;
  });

test("a value that is right and an error of the right type are no findings", async () => {
  assert.equal(await verdictOf(reader(String)), { outcome: "accepted", finding: null, record: "accepted: x" });
  const { outcome, finding, record } = await verdictOf(refusing(new DataError('read: line 12 is "a".')));
  assert.equal([outcome, finding, record], ['DataError: read: line N is "…".', null, "DataError"]);
});

test("an untyped error, control characters in a message, a long one and none are findings", async () => {
  for (const [error, what] of [
    [new TypeError("x is undefined"), /^throws TypeError: x is undefined/],
    ["text", /^throws : text/],
    [undefined, /^throws : undefined/],
    [new DataError("read: \u009b31m"), /control characters.*\\u009b31m/],
    [new DataError("read: two\nlines"), /control characters.*two\\u000alines/],
    [new DataError("x".repeat(1001)), /^says 1001 characters/],
    [new DataError(""), /says nothing/],
  ] as const) {
    assert.match((await verdictOf(refusing(error))).finding ?? "nothing", what);
  }
});

test("accepted garbage, a slow call, much memory and a changed Object.prototype are findings", async () => {
  assert.match((await verdictOf(reader(String, () => "too much"))).finding ?? "", /accepts garbage: too much/);
  const busy = reader(() => {
    for (const before = process.cpuUsage(); process.cpuUsage(before).user < 80_000; );
  });
  assert.match((await verdictOf(busy)).finding ?? "", /^takes \d+ ms of 50/);
  assert.match((await verdictOf(reader(() => new Uint8Array(300 * 2 ** 20).fill(1)))).finding ?? "", /^takes \d+ MiB/);
  const polluting = reader(() => Object.assign(Object.prototype, { planted: 1 }));
  assert.match((await verdictOf(polluting)).finding ?? "", /Object.prototype got planted/);
  assert.not.ok("planted" in {});
});

test("the same seed gives the same mutations, another seed others, and an index is enough", async () => {
  for (const target of [png, safetensors]) {
    const inputs = (seed: number): Buffer =>
      Buffer.concat([0, 1, 2, 3].map((index) => mutationOf(target, seed, index)));
    assert.is(Buffer.compare(inputs(1), inputs(1)), 0);
    assert.is.not(Buffer.compare(inputs(1), inputs(2)), 0);
  }
  const odd = reader((text) => {
    if (text.includes("\u0003\u0004")) throw new RangeError("three, four");
  });
  const { findings } = await fuzzTarget(odd, { seed: 5, from: 0, to: 500 });
  assert.is(findings.length, 1);
  const [{ index, input, outcome }] = findings;
  assert.equal(mutationOf(odd, 5, index), input);
  assert.equal(await minimise(odd, input, outcome), Uint8Array.of(3, 4));
});

test("a mutation that kills, blocks or fills its process is a finding, and those behind it still come", async () => {
  const file = fileURLToPath(new URL("../support/deadly_target.ts", import.meta.url));
  const { target } = (await import(file)) as { target: FuzzTarget };
  const found: Finding[] = [];
  const report = await fuzzInProcess(target, {
    ...{ file, seed: 1, count: 12, hangMs: 3000, maxHeapMib: 64 },
    onFinding: (finding) => found.push(finding),
  });
  assert.equal(
    found.map(({ index }) => index),
    [3, 6, 9],
  );
  assert.match(found[0].what, /^the process dies/);
  assert.match(found[1].what, /^hangs for 3 s/);
  assert.match(found[2].what, /^the process dies.*heap out of memory/);
  assert.is(report.findings.length, 3);
});

test("every target has a test, a corpus, and its paragraph in docs/fuzzing.md", () => {
  const here = (path: string): URL => new URL(path, import.meta.url);
  const targets = readdirSync(here("targets")).map((file) => file.replace(/\.ts$/, ""));
  const tests = readdirSync(here("."))
    .filter((file) => file.endsWith(".pack.ts"))
    .map((file) => readFileSync(here(file), "utf8"))
    .join();
  const page = readFileSync(here("../../docs/fuzzing.md"), "utf8");
  assert.ok(targets.length >= 12);
  for (const name of targets) {
    assert.ok(tests.includes(`from "./targets/${name}.ts"`), `no test of ${name}`);
    assert.ok(readdirSync(here(`../corpus/${name}`)).length > 1, `no corpus of ${name}`);
    assert.ok(page.includes(`\`${name}\``), `docs/fuzzing.md says nothing of ${name}`);
  }
});

test.run();
