import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blasOf } from "../../bench/peers/blas.ts";
import { contest, type Entry, relativeError, type Work } from "../../bench/peers/contest.ts";
import type { Contestant } from "../../bench/peers/contestant.ts";
import { introduce } from "../../bench/peers/introduce.ts";
import { absenceLines, compare, headline, table, vectorsOf } from "../../bench/peers/report.ts";

const test = suite("bench:peers");

const WORK: Work = { network: "cnn", name: "work", work: "infer", batch: 4, threads: [1], expected: [1, -2] };
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
    blas: null,
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
    entry("simdgrad, wide", 1, 5),
    entry("peer", 1, 30),
    entry("peer", 2, 20),
    entry("slower", 1, null),
  ]);
  assert.equal(
    comparison.entries.map(({ ratios }) => ratios),
    [
      { wide: 2, relaxed: 1 },
      { relaxed: 1 },
      {},
      { wide: 1, relaxed: 0.5 },
      { wide: 6, relaxed: 3 },
      { relaxed: 4 },
      {},
    ],
  );
  assert.match(table(comparison), /^simdgrad, relaxed: 2 threads are 2\.00× as fast as 1$/m);
});

test("who takes part is told by version, build and BLAS; who does not by the reason", async () => {
  const all = [
    contestant("able", "able"),
    contestant("able", "able", [1, -2], 2),
    contestant("alike", "able"),
    contestant("slow", "slow"),
    contestant("broken", "broken"),
    contestant("wide", "refusing"),
    { ...contestant("missing", "able"), isInstalled: () => false },
  ];
  const { present, introduced, absent } = await introduce(all, "folder");
  assert.equal(
    present.map(({ name, threads }) => [name, threads]),
    [
      ["able", 1],
      ["able", 2],
      ["alike", 1],
      ["slow", 1],
    ],
  );
  const head = headline(3, introduced, absent);
  assert.match(head, `Node ${process.versions.node} on `);
  assert.match(head, /^able; alike 1\.2\.3: native$/m);
  assert.match(head, /^slow 1\.2\.3: native, reference BLAS$/m);
  assert.match(
    head,
    /^NO FAIR COMPARISON: slow with the reference BLAS[^\n]*\n {2}apt-get install .*libopenblas0-openmp$/m,
  );
  assert.match(head, /^skipped: broken: it ended: TypeError: no such backend$/m);
  assert.match(head, /^skipped: wide: Node 20 has none$/m);
  assert.match(head, /^skipped: missing: not installed; npm ci$/m);
});

test("who multiplies with the reference BLAS is marked in every table", async () => {
  const entries = await contest(WORK, [contestant("slow", "slow"), contestant("able", "able")], 1, "folder");
  assert.match(table(compare(WORK, entries)), /^slow 1\.2\.3 WITH REFERENCE BLAS .*\nable 1\.2\.3 {2}/m);
});

test("reasons that are alike stand in one line", () => {
  const reason = "not installed";
  assert.equal(
    absenceLines([
      { name: "a", reason, install: "npm ci" },
      { name: "b", reason, install: "npm ci" },
      { name: "c", reason: "Node 20 has none", install: null },
    ]),
    ["skipped: a; b: not installed; npm ci", "skipped: c: Node 20 has none"],
  );
});

test("the BLAS is the libblas.so that the process has mapped", () => {
  const lib = "/usr/lib/x86_64-linux-gnu";
  const open = [`${lib}/openblas-pthread/libblas.so.3`, `${lib}/openblas-pthread/libopenblasp-r0.3.21.so`];
  const reference = `${lib}/blas/libblas.so.3.11.0`;
  const wheel = "/numpy.libs/libopenblas64_p-r0-15028c96.3.21.so";
  const cases: [string[], string | null, boolean, string, boolean][] = [
    [open, "Zen", false, "OpenBLAS 0.3.21, pthread, for Zen", false],
    [open, null, false, "OpenBLAS 0.3.21, pthread", false],
    [[`${lib}/openblas-openmp/libblas.so.3`], null, false, "OpenBLAS, openmp", false],
    [[reference], null, false, "reference BLAS", true],
    [[reference, wheel], "Zen", false, "reference BLAS", true],
    [[`${lib}/atlas/libblas.so.3.10.3`], null, false, "ATLAS", false],
    [[`${lib}/blis-openmp/libblas.so.3`], null, false, "BLIS", false],
    [[`${lib}/libmkl_core.so.2`], null, false, "MKL", false],
    [[], null, true, "MKL", false],
    [[], null, false, "unknown BLAS", false],
  ];
  for (const [libraries, core, hasMkl, name, isReference] of cases) {
    const hasOwnThreads = name.includes("pthread");
    assert.equal(blasOf({ libraries, core, hasMkl }), { name, isReference, hasOwnThreads }, libraries.join(" "));
  }
});

test("the widest vectors of native code are told", () => {
  assert.equal(vectorsOf("processor\t: 0\nflags\t\t: sse2 avx2 avx512f\n"), ["AVX-512"]);
  assert.equal(vectorsOf("flags\t\t: sse2 avx avx2\n"), ["AVX2"]);
  assert.equal(vectorsOf(""), []);
});

test("a bad option ends with 2 and one line", () => {
  const main = fileURLToPath(new URL("../../bench/peers/main.ts", import.meta.url));
  const cases: [string[], RegExp][] = [
    [["--rounds", "0"], /--rounds must be a whole number from 1/],
    [["--only", "think"], /--only must be train or infer; got "think"/],
    [["--network", "alexnet"], /--network must be cnn or mlp256 or .*; got "alexnet"/],
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
