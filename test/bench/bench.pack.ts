import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Benchmark } from "../../bench/benchmark.ts";
import { changes, changeTable, differences } from "../../bench/compare.ts";
import { discover } from "../../bench/discover.ts";
import type { Figure, Report } from "../../bench/figure.ts";
import { measureInference } from "../../bench/inference.ts";
import { timeKernels } from "../../bench/kernel_clock.ts";
import { measure } from "../../bench/measure.ts";
import type { Peaks } from "../../bench/peak.ts";
import { measureInTurns } from "../../bench/program.ts";
import { inferenceTable, kernelTable, programTable } from "../../bench/report.ts";
import { measureTraining } from "../../bench/training.ts";
import type { Simdgrad } from "../../bench/training_step.ts";
import * as library from "../../lib/index.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import * as models from "../../models/index.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("bench");

/** Exports that no operation launches, and why no benchmark does. */
const NOT_LAUNCHED: Record<string, string> = {
  batch_norm2d_add_statistics_f32: "runs inside winograd_block_f32",
  fold_batch_norm2d_f32: "runs once for new weights, not once a batch",
  multiply_add_f32: "is asked once how the host rounds",
  norm_relu_max_pool2d_backward_f32: "runs inside winograd_block_backward_f32",
  norm_relu_mean_backward_f32: "runs inside winograd_block_backward_f32",
  winograd_backward_end_f32: "runs inside winograd_backward_f32",
  winograd_backward_group_f32: "runs inside winograd_backward_f32",
};

const benchmarks = (await discover()).flat();

test("every kernel is launched by a benchmark, whose result is right", () => {
  const launched = new Set<string>();
  for (const { name, kernels = {}, tolerance, setUp } of benchmarks) {
    const prepared = setUp();
    const error = prepared.error();
    assert.ok(error <= tolerance, `${name}: error ${error}, at most ${tolerance}`);
    const times = timeKernels(() => library.scope(prepared.run));
    for (const kernel of times.keys()) launched.add(kernel);
    const idle = Object.keys(kernels).filter((kernel) => !times.has(kernel));
    if (Object.keys(kernels).length === idle.length) assert.equal(idle, [], `${name} launches none of them`);
    prepared.tearDown();
  }
  const exported = Object.keys(loadKernels().kernels);
  assert.equal(
    exported.filter((kernel) => !launched.has(kernel) && !(kernel in NOT_LAUNCHED)),
    [],
    "add a benchmark to bench/*.bench.ts",
  );
  assert.equal(
    Object.keys(NOT_LAUNCHED).filter((kernel) => launched.has(kernel) || !exported.includes(kernel)),
    [],
  );
});

test("every figure has a distinct name", () => {
  const names = benchmarks.map(({ name }) => name);
  assert.equal(names.length, new Set(names).size);
});

test("what a benchmark holds is given back", () => {
  const before = library.memoryUsage().blocks;
  for (const { setUp } of benchmarks.slice(0, 8)) {
    const prepared = setUp();
    library.scope(prepared.run);
    prepared.tearDown();
  }
  assert.is(library.memoryUsage().blocks, before);
});

function benchmark(error: number): Benchmark {
  const run = (): void => void library.relu(library.ones([100_000]));
  return { name: "a", bytes: 800_000, tolerance: 1e-3, setUp: () => ({ run, error: () => error, tearDown() {} }) };
}

const idle: Benchmark = {
  name: "idle",
  flops: 1e6,
  tolerance: 0,
  setUp: () => ({ run: () => void Math.sqrt(2), error: () => 0, tearDown() {} }),
};
const PEAKS: Peaks = { compute: idle, stream: { ...idle, bytes: 1e6 } };

test("a right result gets a time and its kernels'", () => {
  const { figures, peak } = measure([benchmark(1e-4)], PEAKS, 1);
  assert.ok((figures[0].value ?? 0) > 0);
  assert.equal(
    figures[0].kernels.map(({ name }) => name),
    ["relu_f32"],
  );
  assert.match(kernelTable(figures, peak), /^a +\d+\.\d{4} .* 1\.0e-4( +relu_f32)?$/m);
});

test("a wrong result, or one that is no number, gets no time", () => {
  for (const error of [2e-3, Number.NaN]) {
    const { figures, peak } = measure([benchmark(error)], PEAKS, 1);
    assert.equal([figures[0].value, figures[0].gbPerSecond, figures[0].kernels], [null, null, []]);
    assert.match(kernelTable(figures, peak), /^a +WRONG: error (2\.0e-3|NaN), at most 1\.0e-3$/m);
  }
});

const simdgrad: Simdgrad = { library, models };
/** A library that computes something else than its state says. */
const wrong: Simdgrad = {
  models,
  library: {
    ...library,
    stateDict(model) {
      const state = library.stateDict(model);
      for (const { data } of Object.values(state)) {
        if (data instanceof Float32Array) data.set(data.map((value) => value * 1.01));
      }
      return state;
    },
  },
};
const accepts = (name: string): boolean => name.endsWith("linear, batch 1") || name === "training: linear, 1 thread";

test("inference is checked against f64, and a wrong one gets no time", async () => {
  const [right] = await measureInference(async () => simdgrad, accepts, 1);
  assert.ok(right.value && right.p99Ms && right.p99Ms >= right.value);
  const figures = await measureInference(async () => wrong, accepts, 1);
  assert.equal([figures[0].value, figures[0].p99Ms, figures[0].imagesPerSecond], [null, null, null]);
  assert.match(inferenceTable(figures), /^inference: linear, batch 1 +WRONG: /m);
});

test("training is checked against the directional derivative of the loss in f64, and a wrong one gets no time", async () => {
  const [right] = await measureTraining(async () => simdgrad, accepts, 1, 1);
  assert.ok(right.value && right.error < 1e-5, `error ${right.error}`);
  const [figure] = await measureTraining(async () => wrong, accepts, 1, 1);
  assert.equal([figure.value, figure.samplesPerSecond], [null, null]);
  assert.match(figure.problem ?? "", /^WRONG: /);
});

test("a program that fails gets no figure", async () => {
  const program = (name: string, take: () => Promise<number>) => ({
    name,
    unit: "ms" as const,
    limit: 5,
    samples: 3,
    take,
  });
  const figures = await measureInTurns([
    program("good", async () => 7),
    program("bad", async () => {
      throw new Error("exit code 1: no\nmore");
    }),
  ]);
  assert.match(programTable(figures), /^good +7\.0 +ms +≤ 5, MISSED$/m);
  assert.match(programTable(figures), /^bad +FAILED: exit code 1: no$/m);
});

function report(figures: Partial<Figure>[], node = "20"): Report {
  const program = figures.map((figure) => ({ ...({ unit: "ms", problem: null, limit: null } as const), ...figure }));
  return {
    machine: { cpu: "c", processors: 2, node, variant: "relaxed" },
    rounds: 1,
    peak: { gflops: null, gbPerSecond: null },
    kernels: [],
    inference: [],
    training: [],
    program: program as Report["program"],
  };
}

test("a comparison has the figures of both runs, and how many times as fast they are now", () => {
  const earlier = report([
    { name: "a", value: 6 },
    { name: "b", value: null },
    { name: "gone", value: 1 },
  ]);
  const now = report([
    { name: "a", value: 2 },
    { name: "b", value: 1 },
    { name: "new", value: 1 },
  ]);
  const list = changes(earlier, now);
  assert.equal(
    list.map(({ name, ratio }) => [name, ratio]),
    [
      ["a", 3],
      ["b", null],
    ],
  );
  const text = changeTable(list);
  assert.match(text, /^in the geometric mean 3\.00×/);
  assert.match(text, /^a +6\.0000 ms +2\.0000 ms +3\.00×$/m);
  assert.match(text, /^b +– +1\.0000 ms +–$/m);
});

test("runs of different machines, Nodes or kernels are said to be", () => {
  assert.equal(differences(report([]).machine, report([]).machine), []);
  assert.equal(differences(report([], "20").machine, report([], "24").machine), ["node was 20, is 24"]);
});

const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));
const folder = temporaryFolder();

function bench(...args: string[]) {
  return spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args], { encoding: "utf8" });
}

test("a bad option ends with 2 and one line", () => {
  const other = join(folder, "other.json");
  writeFileSync(other, "{}");
  const cases: [string[], RegExp][] = [
    [["--rounds", "many"], /--rounds must be a whole number from 1/],
    [["--quick"], /Unknown option '--quick'/],
    [["--filter", "nothing like it"], /no figure's name contains "nothing like it"/],
    [["--compare", join(folder, "none.json")], /--compare cannot read .*none\.json: ENOENT/],
    [["--compare", other], /--compare needs what --save wrote/],
    [["--save", join(folder, "none", "a.json")], /--save cannot write to/],
  ];
  for (const [args, message] of cases) {
    const { status, stdout, stderr } = bench(...args);
    assert.equal([status, stdout], [2, ""], stderr);
    assert.match(stderr, /^bench: [^\n]+\n$/);
    assert.match(stderr, message);
  }
});

test("--help ends with 0", () => {
  const { status, stdout } = bench("--help");
  assert.is(status, 0);
  assert.match(stdout, /--compare FILE/);
});

test("a run that was saved can be compared with, and one of another Node is warned of", () => {
  const file = join(folder, "run.json");
  const first = bench("--filter", "matmul 64×10×784", "--rounds", "1", "--json", "--save", file);
  assert.is(first.status, 0, first.stderr);
  const saved: Report = JSON.parse(readFileSync(file, "utf8"));
  assert.equal(JSON.parse(first.stdout), saved);
  assert.is(saved.kernels.length, 2);
  assert.ok((saved.peak.gflops ?? 0) > 1);
  saved.machine.node = "1.2.3";
  writeFileSync(file, JSON.stringify(saved));
  const second = bench("--filter", "matmul 64×10×784", "--rounds", "1", "--compare", file);
  assert.is(second.status, 0, second.stderr);
  assert.match(second.stderr, /^bench: the runs are not alike: node was 1\.2\.3, is /);
  assert.match(second.stdout, /^matmul 64×10×784 +\d.*\d×$/m);
});

test.run();
