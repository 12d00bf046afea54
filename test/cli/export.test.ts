import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exportModel } from "../../cli/export/export_model.ts";
import { UsageError } from "../../cli/terminal/exit_codes.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/index.ts";
import { EXPORTERS } from "../../models/export/index.ts";
import { cnn, linear } from "../../models/index.ts";
import { readProtobuf } from "../support/read_protobuf.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("mnist export");

const folder = temporaryFolder();
const SHIPPED = new URL("../../models/pretrained/", import.meta.url);

test("safetensors: the file is the checkpoint, tensors and metadata", async () => {
  const { code, stdout, stderr } = await runCli(folder, [
    "export",
    "--format",
    "safetensors",
    "--out",
    "a.safetensors",
  ]);
  assert.equal([code, stderr], [0, ""]);
  const bytes = readFileSync(join(folder, "a.safetensors"));
  const [shipped, exported] = [cnn({ seed: 1 }), cnn({ seed: 2 })];
  const metadata = decodeCheckpoint(shipped, readFileSync(new URL("cnn.safetensors", SHIPPED)), "cnn.safetensors");
  assert.equal(decodeCheckpoint(exported, bytes, "a.safetensors"), metadata);
  assert.equal(encodeCheckpoint(exported), encodeCheckpoint(shipped));
  const [origin, written] = stdout.split("\n");
  assert.match(origin, /^cnn from .*cnn\.safetensors, trained on MNIST /);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  assert.is(written.replaceAll(",", ""), `a.safetensors: safetensors ${bytes.length} bytes sha256 ${sha256}`);
});

test("onnx: its metadata say how pictures are prepared, and where the weights come from", async () => {
  const { code, stdout } = await runCli(folder, ["export", "--model", "linear", "--out", "l.onnx", "--json"]);
  assert.is(code, 0);
  const result = JSON.parse(stdout);
  const bytes = readFileSync(join(folder, "l.onnx"));
  assert.equal([result.model, result.format, result.path, result.bytes], ["linear", "onnx", "l.onnx", bytes.length]);
  assert.is(result.version, null, "the shipped weights are none of the registry's versions");
  assert.equal([result.trained_on, result.sha256], ["MNIST", createHash("sha256").update(bytes).digest("hex")]);
  assert.match(result.checkpoint, /linear\.safetensors$/);
  const file = readProtobuf(bytes);
  assert.match(file.text(6), /\(pixel\/255 − 0\.1307\)\/0\.3081/);
  const metadata = Object.fromEntries(file.messages(14).map((entry) => [entry.text(1), entry.text(2)]));
  assert.equal([metadata.mean, metadata.std, metadata.dataset], ["0.1307", "0.3081", "mnist"]);
  assert.is(metadata.weights_sha256, result.weights_sha256);
  assert.equal(
    file.message(7).messages(1).map((node) => node.text(4)), // biome-ignore format: one line
    ["Flatten", "Gemm"],
  );
});

test("--out - writes the same bytes to standard output, and the report to stderr", async () => {
  const args = ["export", "--model", "linear", "--format", "onnx", "--out"];
  assert.is((await runCli(folder, [...args, "file.onnx"])).code, 0);
  for (const dash of [["-"], ["x.onnx", "--out", "-"]]) {
    const { code, stdout, stderr } = await runCli(folder, [...args, ...dash]);
    assert.is(code, 0);
    assert.is(stdout, readFileSync(join(folder, "file.onnx"), "utf8"));
    assert.match(stderr, /^linear from .*\nstandard output: onnx, [\d,]+ bytes, sha256 [0-9a-f]{64}\n$/);
  }
  assert.not.ok(readdirSync(folder).includes("x.onnx"));
});

test("--out - writes no bytes to a terminal", async () => {
  const { isTTY } = process.stdout;
  process.stdout.isTTY = true;
  try {
    const request = { format: "onnx" as const, out: "-", isForced: false, isJson: false };
    await exportModel({ model: "linear" }, request);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, UsageError);
    assert.match((error as Error).message, /^--out - would write onnx to the terminal; name a file/);
  } finally {
    process.stdout.isTTY = isTTY;
  }
});

test("without --out the file is named after model and format", async () => {
  const { code, stdout } = await runCli(folder, ["export", "--model", "linear", "--format", "onnx"]);
  assert.is(code, 0);
  assert.match(stdout, /^linear\.onnx: onnx, /m);
  assert.ok(readdirSync(folder).includes("linear.onnx"));
});

test("a user's checkpoint, and a run's, are exported too", async () => {
  const own = encodeCheckpoint(linear({ seed: 5 }), { note: "mine" });
  const run = join(folder, "outputs", "linear", "20260101-000000");
  mkdirSync(run, { recursive: true });
  for (const path of [join(folder, "own.safetensors"), join(run, "model.safetensors")]) writeFileSync(path, own);
  for (const source of [
    ["--checkpoint", "own.safetensors"],
    ["--model", "linear", "--run", "latest"],
  ]) {
    const { code, stdout } = await runCli(folder, ["export", ...source, "--out", "copy.safetensors", "--force"]);
    assert.is(code, 0);
    assert.match(stdout, /^linear from .*, data set unknown\n/);
    assert.is(Buffer.compare(readFileSync(join(folder, "copy.safetensors")), own), 0);
  }
});

test("what already exists is replaced with --force only, and a folder never", async () => {
  const path = join(folder, "kept.onnx");
  writeFileSync(path, "precious");
  const args = ["export", "--model", "linear", "--out", "kept.onnx"];
  await expectFailure(
    folder,
    args,
    2,
    /--out kept\.onnx already exists; name another file, or replace it with --force/,
  );
  assert.is(readFileSync(path, "utf8"), "precious");
  assert.is((await runCli(folder, [...args, "--force"])).code, 0);
  assert.is.not(readFileSync(path, "utf8"), "precious");
  mkdirSync(join(folder, "dir.onnx"));
  await expectFailure(
    folder,
    ["export", "--out", "dir.onnx", "--force"],
    2,
    /--out dir\.onnx exists and is not a file/,
  );
  assert.equal(readdirSync(folder).filter((name) => name.endsWith(".tmp")), []); // biome-ignore format: one line
});

test("a format that there is none of, and one that nobody named, end it with 2", async () => {
  const formats = Object.keys(EXPORTERS).join(", ");
  await expectFailure(folder, ["export"], 2, new RegExp(`--format must say what to write, one of ${formats};`));
  await expectFailure(folder, ["export", "--out", "a.png"], 2, /--format must say what to write/);
  await expectFailure(
    folder,
    ["export", "--format", "onnx", "--out", "a.mjs"],
    2,
    /--format onnx and --out a\.mjs contradict each other/,
  );
  await expectFailure(
    folder,
    ["export", "--format", "onx"],
    2,
    /--format must be one of .*; got onx\. Did you mean onnx/,
  );
  await expectFailure(folder, ["export", "--format", "onnx", "--out", "-", "--json"], 2, /both need standard output/);
  await expectFailure(folder, ["export", "cnn.onnx"], 2, /export takes no cnn\.onnx/);
});

test("a checkpoint that is bad ends it with 3, a place that cannot be written with 1", async () => {
  writeFileSync(join(folder, "bad.safetensors"), "no checkpoint");
  await expectFailure(folder, ["export", "--checkpoint", "bad.safetensors", "--out", "b.onnx"], 3, /bad\.safetensors is a text file, not a safetensors file/); // biome-ignore format: one line
  await expectFailure(folder, ["export", "--out", "no/such/folder.onnx"], 1, /cannot write no\/such\/folder\.onnx: there is no folder no\/such\. Make it first, or name another file\.\n$/); // biome-ignore format: one line
  await expectFailure(folder, ["export", "--out", "bad.safetensors/a/x.onnx"], 1, /cannot write bad\.safetensors\/a\/x\.onnx: bad\.safetensors is a file, not a folder\. Name another file\.\n$/); // biome-ignore format: one line
  assert.not.ok(readdirSync(folder).includes("b.onnx"));
});

test.run();
