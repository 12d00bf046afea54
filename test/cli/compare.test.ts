import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asText } from "../../cli/compare/compare_output.ts";
import { drawComparison } from "../../cli/compare/compare_picture.ts";
import { modelNamed } from "../../cli/inputs/asked_model.ts";
import { formatBytes } from "../../cli/terminal/format.ts";
import { stdout } from "../../cli/terminal/terminal.ts";
import { encodeCheckpoint } from "../../lib/index.ts";
import { type Contestant, disagreementOf, linear, writeComparison } from "../../models/index.ts";
import { trainingTime } from "../../store/checkpoints/load_model.ts";
import { fakeRun } from "../support/fake_run.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { IDS, outputsWithRuns, promote } from "../support/versions.ts";

const test = suite("mnist compare");

const folder = temporaryFolder();
const evaluationWith = (images: number, errors: number) => ({
  accuracy: (images - errors) / images,
  confusion: [
    [images - errors, errors],
    [0, 0],
  ],
});
const QUICK = ["compare", "--data", "synthetic", "--limit", "100"];

test("the shipped networks on MNIST: figures that agree with one another", async () => {
  const { code, stdout, stderr } = await runCli(folder, ["compare", "--json"]);
  assert.equal([code, stderr], [0, ""]);
  const { models, disagreement, images, dataset, threads } = JSON.parse(stdout);
  assert.equal([dataset, images, threads], ["mnist", 10_000, 1]);
  const [small, large] = models;
  assert.equal([small.model, small.parameters, large.model, large.parameters], ["linear", 7850, "cnn", 102_026]);
  assert.ok(small.accuracy >= 0.9242 && large.accuracy >= 0.992);
  for (const each of models) {
    assert.is(each.errors, Math.round(each.error_rate * images));
    assert.is(each.accuracy, (images - each.errors) / images, "to the bit, as evaluate has it");
    assert.ok(each.latency_ms.median > 0 && each.latency_ms.p99 >= each.latency_ms.median);
    assert.ok(each.images_per_second > 0);
    assert.ok(each.file_bytes > 4 * each.parameters);
    assert.ok(each.training_seconds > 1, "the record beside the shipped weights says how long");
  }
  const { both_right, only_linear, only_cnn, both_wrong, per_digit } = disagreement;
  assert.is(both_right + only_linear + only_cnn + both_wrong, images);
  assert.is(only_cnn + both_wrong, small.errors);
  assert.is(only_linear + both_wrong, large.errors);
  assert.is(disagreement.images.length, per_digit.reduce((sum: number, { differ }: { differ: number }) => sum + differ, 0)); // biome-ignore format: one line
});

test("for people it prints both origins, a table, and where they disagree", async () => {
  const { code, stdout } = await runCli(folder, QUICK);
  assert.is(code, 0);
  const lines = stdout.split("\n");
  assert.match(lines[0], /^linear from .*linear\.safetensors, trained on MNIST/);
  assert.match(lines[1], /^cnn from .*cnn\.safetensors, trained on MNIST/);
  assert.match(
    lines[2],
    /^on 100 test images \(synthetic, sha256 [0-9a-f]{12}…\), (simd|relaxed|wide) kernels, one thread$/,
  );
  assert.match(stdout, /^accuracy +\d+\.\d\d % +\d+\.\d\d %$/m);
  assert.match(stdout, /^parameters +7,850 +102,026$/m);
  assert.match(stdout, /^file +38\.\d KiB +\d{3} KiB$/m);
  assert.match(stdout, /^one image, p99 +[\d.]+ ms +[\d.]+ ms$/m);
  assert.match(stdout, /^64 at a time +[\d,]+ images\/s +[\d,]+ images\/s$/m);
  assert.match(stdout, /^training, as recorded( +[\d.hmins ]+, (one thread|\d+ threads)){2}$/m);
  assert.match(
    stdout,
    /^They disagree on \d+ images: the CNN is right on \d+, the linear model on \d+, neither on \d+\.$/m,
  );
});

test("of three networks each is counted alone, in text, JSON and picture", () => {
  const contestant = (model: "linear" | "cnn", errors: number): Contestant => ({
    ...{ model, checkpoint: model, version: null },
    ...{ parameters: 7850, fileBytes: 31_528, medianMs: 0.05, p99Ms: 1.2, imagesPerSecond: 1e6, training: null },
    evaluation: evaluationWith(4, errors),
  });
  const three = [contestant("linear", 2), contestant("cnn", 1), contestant("cnn", 4)];
  const disagreement = disagreementOf([3, 3, 7, 7], [[3, 5, 7, 1], [3, 3, 2, 7], [3, 9, 1, 7]]); // biome-ignore format: one line
  const comparison = {
    ...{ dataset: "mnist", images: 4, datasetSha256: "ab".repeat(32), kernels: "simd", threads: 1 },
    ...{ contestants: three, disagreement },
  };
  const text = asText([], comparison, stdout).join("\n");
  assert.match(
    text,
    /^They disagree on 3 images: the CNN alone is right on 0, the CNN alone on 1, the linear model alone on 1, none on 0\.$/m,
  );
  assert.match(text, /^All are right on 1, all wrong on 0\.$/m);
  assert.match(drawComparison(comparison), />Linear model, CNN and CNN</);
  const json = JSON.parse(writeComparison(comparison));
  assert.equal(Object.keys(json.disagreement).slice(0, 2), ["all_right", "only_linear"]);
});

test("a checkpoint is a version, a run, a file or shipped; its training time is where it was written", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[1]);
  const path = join(folder, "mine.safetensors");
  writeFileSync(path, encodeCheckpoint(linear({ seed: 4 }), {}));
  const named = (word: string): [string, number | null, unknown] => {
    const model = modelNamed("--linear", outputs, "linear", word);
    return [model.path.replace(/\\/g, "/").split("/").slice(-2).join("/"), model.version, trainingTime(outputs, model)];
  };
  const recorded = { seconds: 7, threads: 1 };
  assert.equal(named("shipped").slice(0, 2), ["pretrained/linear.safetensors", null]);
  assert.equal(named("current"), ["versions/1.safetensors", 1, recorded]);
  assert.equal(named("1"), ["versions/1.safetensors", 1, recorded]);
  assert.equal(named("latest"), [`${IDS[2]}/model.safetensors`, null, recorded]);
  assert.equal(named(IDS[0]), [`${IDS[0]}/model.safetensors`, null, recorded]);
  assert.equal(named(path).slice(1), [null, null]);
});

test("what names no checkpoint, or that of the other network, ends it before the data are read", async () => {
  const outputs = mkdtempSync(join(folder, "o-"));
  fakeRun(outputs, "20260101-000001", { model: "cnn" });
  const compare = (...more: string[]): string[] => [...QUICK, "--runs", outputs, ...more];
  await expectFailure(
    folder,
    compare("--cnn", "20260101-00001"),
    3,
    /--cnn 20260101-00001: neither a file nor a run .* Did you mean 20260101-000001\?/,
  );
  await expectFailure(folder, compare("--cnn", "shiped"), 3, /Did you mean shipped\?/);
  const none =
    /--linear current: there is no version of linear .*\. mnist promote makes one of a run; --linear shipped needs none\./;
  await expectFailure(folder, compare("--linear", "current"), 3, none);
  const takes =
    /--cnn v0: neither a file nor a run .* It takes shipped, current, a version's number, latest, a run's id, or a file\./;
  await expectFailure(folder, compare("--cnn", "v0"), 3, takes);
  rmSync(join(outputs, "cnn/20260101-000001/model.safetensors"));
  await expectFailure(folder, compare("--cnn", "latest"), 3, /--cnn latest: there is no such run with a checkpoint/);
  fakeRun(outputs, "20260101-000001", { model: "cnn" });
  await expectFailure(
    folder,
    compare("--linear", join(outputs, "cnn/20260101-000001/model.safetensors")),
    3,
    /lacks fc\.weight/,
  );
});

test("--out writes the picture, into a folder that it makes; what cannot be written ends with 1", async () => {
  const { code, stderr } = await runCli(folder, [...QUICK, "--out", "reports/today"]);
  assert.equal([code, stderr.split("\n").at(-2)], [0, `The picture: ${join("reports", "today", "comparison.svg")}`]);
  const svg = readFileSync(join(folder, "reports", "today", "comparison.svg"), "utf8");
  assert.match(svg, /^<svg /);
  for (const text of ["Error rate", "Parameters", "102,026", "linear", "cnn", "100 test images"]) assert.ok(svg.includes(text), text); // biome-ignore format: one line
  // Nothing is measured for a picture that has no place.
  const file = "reports/today/comparison.svg";
  await expectFailure(folder, [...QUICK, "--out", file], 1, /cannot write to reports\S+\.svg: it is a file, not a folder\. Name another with --out\.\n$/); // biome-ignore format: one line
  await expectFailure(folder, [...QUICK, "--out", `${file}/x`], 1, /cannot write to reports\S+\.svg\/x: reports\S+\.svg is a file, not a folder/); // biome-ignore format: one line
});

test("table and picture write each quantity alike, and tell training, as recorded, from what is measured here", () => {
  const contestant = (model: "linear" | "cnn", figures: Partial<Contestant>): Contestant => ({
    ...{ model, checkpoint: model, version: null },
    ...{ parameters: 7850, fileBytes: 31_528, medianMs: 0.04671, p99Ms: 1.2345, imagesPerSecond: 1_234_567.8 },
    ...{ training: { seconds: 347.487, threads: 2 }, evaluation: evaluationWith(10_000, 739), ...figures },
  });
  const slow = {
    fileBytes: 412_040,
    medianMs: 12.345,
    imagesPerSecond: 812.34,
    training: { seconds: 0.244, threads: 1 },
  };
  const both = [contestant("linear", {}), contestant("cnn", slow)];
  const comparison = {
    ...{ dataset: "synthetic", images: 1000, datasetSha256: "ab".repeat(32), kernels: "simd", threads: 1 },
    ...{ contestants: both, disagreement: disagreementOf([], [[], []]) },
  };
  const svg = drawComparison(comparison);
  const table = asText([], comparison, stdout).join("\n");
  for (const text of [
    ...["7,850", "7.39 %", "30.8 KiB", "402 KiB", "0.0467 ms", "12.3 ms"],
    ...["1,234,568 images/s", "812 images/s", "5 min 47 s", "0.2 s"],
  ]) {
    assert.ok(table.includes(text) && svg.includes(text), `${text}, in ${svg}\n${table}`);
  }
  assert.match(table, /^training, as recorded +5 min 47 s, 2 threads +0\.2 s, one thread$/m);
  assert.ok(
    svg.includes("1,000 test images (synthetic), read on one thread; training as recorded, threads: linear 2, cnn 1<"),
    svg,
  );
  assert.ok(svg.includes("Training, as recorded"));
});

test("bytes are written with the unit that fits", () => {
  assert.equal([0, 999, 1024, 31_800, 412_040, 5 * 2 ** 20, 2 ** 40].map(formatBytes), ["0 B", "999 B", "1.0 KiB", "31 KiB", "402 KiB", "5.0 MiB", "1.0 TiB"]); // biome-ignore format: one line
});

test.run();
