import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contest, type Entry, relativeError, type Work } from "../../bench/peers/contest.ts";
import type { Contestant } from "../../bench/peers/contestant.ts";
import { compare, skippedLines, table } from "../../bench/peers/report.ts";

const test = suite("bench:peers");

const WORK: Work = { name: "work", work: "infer", batch: 4, threads: [1], expected: [1, -2] };
const SCRIPT = fileURLToPath(new URL("../support/fake_contestant.mjs", import.meta.url));

function contestant(name: string, manner: string, values: readonly number[] = [1, -2], threads = 1): Contestant {
  return {
    name,
    threads,
    command: [process.execPath, SCRIPT, manner, JSON.stringify(values)],
    install: "npm ci",
    isInstalled: () => true,
  };
}

test("who computes the same gets a time, in the middle of its samples", async () => {
  const [entry] = await contest(WORK, [contestant("peer", "able", [1, -2.0001])], 3, "folder");
  assert.equal([entry.version, entry.samples, entry.problem], ["1.2.3", 3, null]);
  assert.is(entry.medianMs, 100);
  assert.is(entry.imagesPerSecond, 40);
});

test("who computes something else gets no time", async () => {
  const [entry] = await contest(WORK, [contestant("peer", "able", [1, -2.1])], 2, "folder");
  assert.equal([entry.medianMs, entry.imagesPerSecond, entry.samples, entry.isWrong], [null, null, 0, true]);
  assert.match(table(compare(WORK, [entry])), /peer 1\.2\.3 .* WRONG: differs from ours by 5\.0e-2$/m);
});

test("who cannot, does not start or ends early is said to, and the others continue", async () => {
  const manners = ["unable", "broken", "dying", "able"];
  const entries = await contest(
    WORK,
    manners.map((manner) => contestant(manner, manner)),
    1,
    "folder",
  );
  assert.equal(
    entries.map(({ medianMs }) => medianMs),
    [null, null, null, 100],
  );
  const problems = entries.map(({ problem }) => problem);
  assert.is(problems[0], "cannot: not registered");
  assert.is(problems[1], "does not start: it ended: TypeError: no such backend");
  assert.match(problems[2] ?? "", /^cannot: it ended/);
  assert.ok(entries.every(({ isWrong }) => !isWrong));
});

test("a contestant of another number of threads does not take part", async () => {
  assert.equal(await contest(WORK, [contestant("two", "able", [1, -2], 2)], 1, "folder"), []);
});

test("values that are missing or not numbers are infinitely wrong", () => {
  assert.is(relativeError([1, -2], [1, -2]), 0);
  assert.is(relativeError([1], [1, -2]), Number.POSITIVE_INFINITY);
  assert.is(relativeError([1, Number.NaN], [1, -2]), Number.POSITIVE_INFINITY);
});

test("a ratio is a peer's time over ours at as many threads", () => {
  const entry = (name: string, threads: number, medianMs: number | null): Entry => ({
    name,
    threads,
    version: "1",
    medianMs,
    spread: 0,
    imagesPerSecond: 1,
    samples: 1,
    error: 0,
    problem: null,
    isWrong: false,
  });
  const comparison = compare(WORK, [
    entry("simdgrad, relaxed", 1, 10),
    entry("simdgrad, relaxed", 2, 5),
    entry("simdgrad, simd", 1, null),
    entry("peer", 1, 30),
    entry("peer", 2, 20),
    entry("slower", 1, null),
  ]);
  assert.equal(
    comparison.entries.map(({ ratios }) => ratios),
    [{ relaxed: 1 }, { relaxed: 1 }, {}, { relaxed: 3 }, { relaxed: 4 }, {}],
  );
  assert.match(table(comparison), /^simdgrad, relaxed: 2 threads are 2\.00× as fast as 1$/m);
});

test("who is skipped is named with the command that installs it", () => {
  const skipped = [contestant("a", ""), contestant("b", ""), { ...contestant("c", ""), install: "apt-get install c" }];
  assert.is(
    skippedLines(skipped),
    "skipped, not installed: a; b\n  npm ci\nskipped, not installed: c\n  apt-get install c",
  );
});

test("a bad option ends with 2 and one line", () => {
  const main = fileURLToPath(new URL("../../bench/peers/main.ts", import.meta.url));
  const cases: [string[], RegExp][] = [
    [["--rounds", "0"], /--rounds must be a whole number from 1/],
    [["--only", "think"], /--only must be train or infer; got "think"/],
    [["--filter", "nobody"], /no peer's name contains "nobody"/],
    [["--fast"], /Unknown option '--fast'/],
  ];
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", main, ...args], {
      encoding: "utf8",
    });
    assert.equal([status, stdout], [2, ""], stderr);
    assert.match(stderr, /^bench:peers: [^\n]+\n$/);
    assert.match(stderr, message);
  }
});

test.run();
