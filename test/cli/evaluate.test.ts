import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("mnist evaluate");

const folder = temporaryFolder();

test("the shipped linear checkpoint reads 92.42 % of MNIST's test images or more", async () => {
  const { code, stdout, stderr } = await runCli(folder, ["evaluate", "--model", "linear", "--json"]);
  assert.equal([code, stderr], [0, ""]);
  const result = JSON.parse(stdout);
  assert.ok(result.accuracy >= 0.9242, `accuracy ${result.accuracy}`);
  assert.equal([result.model, result.dataset, result.images], ["linear", "mnist", 10_000]);
  assert.is(result.trained_on, "MNIST");
  assert.match(result.dataset_sha256, /^0fa7898d/);
  assert.match(result.checkpoint, /linear\.safetensors$/);
  assert.equal(Object.keys(result.per_class[9]), ["digit", "precision", "recall", "f1", "support"]);
  const sum = (rows: number[][]): number => rows.flat().reduce((a, b) => a + b);
  assert.is(sum(result.confusion), 10_000);
  assert.is(sum(result.confusion.map((row: number[], c: number) => [row[c]])) / 10_000, result.accuracy);
});

test("the shipped CNN reads 99.2 % of MNIST's test images or more", async () => {
  const { code, stdout } = await runCli(folder, ["evaluate", "--json", "--quiet"]);
  assert.is(code, 0);
  const { model, accuracy } = JSON.parse(stdout);
  assert.is(model, "cnn");
  assert.ok(accuracy >= 0.992, `accuracy ${accuracy}`);
});

test("for people it prints accuracy, a table by class and the confusion matrix", async () => {
  const { code, stdout } = await runCli(folder, ["evaluate", "--model", "linear", "--limit", "500"]);
  assert.is(code, 0);
  assert.match(stdout, /^linear from .*linear\.safetensors, trained on MNIST .*\non 500 images of MNIST test/);
  assert.match(stdout, /^accuracy \d\d\.\d\d %, loss 0\.\d{4}$/m);
  assert.is(stdout.match(/^\d( +\d+\.\d\d){3} +\d+$/gm)?.length, 10);
  assert.is(stdout.match(/^ {4}\d │( +(\d+|·)){10}$/gm)?.length, 10);
});

test("--shifts labels a second reading apart from the first", async () => {
  const args = ["evaluate", "--model", "linear", "--data", "synthetic", "--limit", "100", "--quiet"];
  const plain = JSON.parse((await runCli(folder, [...args, "--json"])).stdout);
  const both = JSON.parse((await runCli(folder, [...args, "--json", "--shifts", "1"])).stdout);
  const { shifted, ...first } = both;
  assert.equal(first, plain);
  assert.is(shifted.shifts, 1);
  assert.ok(
    shifted.accuracy > 0.3 && shifted.accuracy < 1 && shifted.accuracy !== plain.accuracy,
    `${shifted.accuracy}`,
  );
  const { stdout } = await runCli(folder, [...args, "--shifts", "1"]);
  const percent = (100 * shifted.accuracy).toFixed(2);
  assert.match(stdout, new RegExp(`^read 9 times each, moved by up to 1 px: accuracy ${percent} %$`, "m"));
  await expectFailure(folder, [...args, "--shifts", "0"], 2, /--shifts must be an integer ≥ 1 and ≤ 4; got 0/);
});

test("a folder without the test files ends it: there is no falling back to other digits", async () => {
  const env = { MNIST_DIR: "" };
  mkdirSync(join(folder, "empty"));
  await expectFailure(folder, ["evaluate", "--model", "linear", "--data", "empty"], 3, /t10k-images.* is in empty/, { env }); // biome-ignore format: one line
  await expectFailure(folder, ["evaluate", "--limit", "0"], 2, /--limit must be an integer ≥ 1; got 0/);
});

test("a folder with the test files alone is enough", async () => {
  const data = join(folder, "test_files");
  cpSync("data/mnist-sample", data, { recursive: true, filter: (path) => !/train-/.test(path) });
  const args = ["evaluate", "--model", "linear", "--data", data, "--limit", "100", "--json"];
  const { code, stdout, stderr } = await runCli(folder, args);
  assert.is(code, 0, stderr);
  assert.equal([JSON.parse(stdout).dataset, JSON.parse(stdout).images], ["mnist", 100]);
});

test("truncated and corrupted gzip and IDX files end it with 3 and the file's name", async () => {
  const source = "data/mnist-sample";
  const name = "t10k-labels-idx1-ubyte";
  const packed = readFileSync(join(source, `${name}.gz`));
  const plain = gunzipSync(packed);
  const flipped = Uint8Array.from(packed);
  flipped[packed.length >> 1] ^= 0x10;
  const relabelled = Uint8Array.from(plain);
  relabelled[8 + 1234] ^= 1;
  const damages: [string, string, Uint8Array][] = [
    ["cut gzip", `${name}.gz`, packed.subarray(0, 3000)],
    ["flipped gzip", `${name}.gz`, flipped],
    ["cut IDX", name, plain.subarray(0, 5000)],
    ["relabelled IDX", name, relabelled],
    ["no IDX", name, new TextEncoder().encode("not a data set")],
  ];
  for (const [what, file, bytes] of damages) {
    const data = join(folder, what.replace(" ", "_"));
    cpSync(source, data, { recursive: true, filter: (path) => !path.includes("-labels") });
    writeFileSync(join(data, file), bytes);
    await expectFailure(folder, ["evaluate", "--model", "linear", "--data", data], 3, new RegExp(name));
  }
});

test.run();
