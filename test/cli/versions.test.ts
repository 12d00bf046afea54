import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeOrigin, modelAskedFor as loadModel } from "../../cli/inputs/asked_model.ts";
import { thisHost, thisProcess } from "../../lib/base/run_process.node.ts";
import { weightsDigest } from "../../lib/formats/weights_digest.ts";
import { canonical } from "../../store/versions/promote.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { digitPng } from "../support/digit_png.ts";
import { fakeRun } from "../support/fake_run.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { currentVersion, GONE_PID, IDS, outputsWithRuns, promote, rollback } from "../support/versions.ts";

const test = suite("versions");

const folder = temporaryFolder();
writeFileSync(join(folder, "0.png"), digitPng(0));
const registryFile = (outputs: string): string => join(outputs, "linear", "versions.jsonl");

test("promote gives the run a number, says so, and keeps all that is to be known in one line", async () => {
  const outputs = outputsWithRuns(folder);
  const { code, stdout, stderr } = await runCli(folder, ["promote", IDS[0], "--runs", outputs, "--note", "first try"]);
  assert.equal([code, stderr], [0, ""]);
  assert.match(
    stdout,
    /^linear version 1 is current: run 20260101-000001, test accuracy 90\.00 %\nweights sha256 [0-9a-f]{64}\n.*versions\/1\.safetensors\n/,
  );
  const [line, ...rest] = readFileSync(registryFile(outputs), "utf8").split("\n");
  assert.equal(rest, [""]);
  const { date, file_sha256, lineage, ...event } = JSON.parse(line);
  const weights_sha256 = JSON.parse(readFileSync(join(outputs, "linear", IDS[0], "run.json"), "utf8")).weights_sha256;
  assert.equal(event, {
    ...{ version: 1, kind: "promote", run: IDS[0], weights_sha256, note: "first try" },
    metrics: {
      val_accuracy: 0.91,
      test_accuracy: 0.9,
      test_loss: 0.3,
      test_images: null,
      epochs: 2,
      seconds: 7,
      threads: 1,
    },
  });
  assert.match(date, /^\d{4}-\d\d-\d\dT/);
  assert.match(file_sha256, /^[0-9a-f]{64}$/);
  const { recipe_sha256, ...others } = lineage;
  assert.match(recipe_sha256, /^[0-9a-f]{64}$/);
  assert.equal(others, {
    previous: null,
    seed: 1,
    dataset: "mnist",
    trained_on: "MNIST",
    dataset_sha256: "ab".repeat(32),
    simdgrad: "0.1.0",
  });
});

test("equal recipes give equal digests, whatever the order of their keys", () => {
  assert.is(canonical({ b: [1, { d: 2, c: null }], a: "x" }), canonical({ a: "x", b: [1, { c: null, d: 2 }] }));
  assert.is(canonical({ b: 1, a: [true] }), '{"a":[true],"b":1}');
});

test("a version outlives its run", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[1]);
  const digest = readRegistry(outputs, "linear").current?.weightsSha256;
  rmSync(join(outputs, "linear", IDS[1]), { recursive: true });
  const model = loadModel({ model: "linear", version: "current", runs: outputs });
  assert.equal([model.version, weightsDigest(model.network)], [1, digest]);
  assert.match(describeOrigin(model), /^linear version 1 from .*versions\/1\.safetensors, trained on MNIST/);
});

test("the command that asks the current version can be typed in as it is printed", async () => {
  const outputs = join(outputsWithRuns(folder), "my runs");
  fakeRun(outputs, IDS[0]);
  const { stdout } = await runCli(folder, ["promote", IDS[0], "--runs", outputs]);
  assert.ok(stdout.endsWith(`Ask it: mnist infer digit.png --model linear --version current --runs '${outputs}'\n`));
});

test("rollback goes to the version before, twice goes further back, and each is a separate line", async () => {
  const outputs = outputsWithRuns(folder);
  for (const id of IDS) await promote(outputs, id);
  await rollback(outputs);
  assert.is(currentVersion(outputs), 2);
  await rollback(outputs);
  assert.is(currentVersion(outputs), 1);
  await expectFailure(
    folder,
    ["rollback", "--runs", outputs],
    3,
    /version 1 of linear was the first; there is no version before/,
  );
  await rollback(outputs, 3);
  assert.is(currentVersion(outputs), 3);
  const records = readRegistry(outputs, "linear").records.map(({ kind, version, from }) => [kind, version, from]);
  assert.equal(records.slice(3), [["rollback", 2, 3], ["rollback", 1, 2], ["rollback", 3, 1]]); // biome-ignore format: one line
  await rollback(outputs);
  assert.is(currentVersion(outputs), 2, "before 3 came 2, however 3 became current");
});

test("what is promoted after a rollback comes after the version that was current then", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  await promote(outputs, IDS[1]);
  await rollback(outputs);
  await promote(outputs, IDS[2]);
  assert.equal([currentVersion(outputs), readRegistry(outputs, "linear").current?.lineage.previous], [3, 1]);
  await rollback(outputs);
  assert.is(currentVersion(outputs), 1);
});

test("promoting twice changes nothing; an earlier version is not promoted again, but rolled back to", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  const again = await runCli(folder, ["promote", IDS[0], "--runs", outputs]);
  assert.is(again.code, 0);
  assert.match(again.stdout, /^linear version 1 is current already: /);
  const noted = ["promote", IDS[0], "--runs", outputs, "--note", "the one"];
  await expectFailure(
    folder,
    noted,
    2,
    /version 1 already, and current, so a note has no line to go with\. Leave --note out/,
  );
  assert.is(readRegistry(outputs, "linear").records.length, 1);
  await promote(outputs, IDS[1]);
  const back =
    /run 20260101-000001 is version 1 already, but not current; roll back to it\. mnist rollback --model linear --to 1 /;
  await expectFailure(folder, ["promote", IDS[0], "--runs", outputs], 2, back);
  await rollback(outputs, 2);
  assert.is(readRegistry(outputs, "linear").records.length, 2, "it is current, so there is nothing to do");
});

test("runs that did not end well, or whose checkpoint is not theirs, are refused with the reason", async () => {
  const outputs = outputsWithRuns(folder);
  const refused = async (id: string, why: RegExp, name = "CheckpointError"): Promise<void> => {
    try {
      await promote(outputs, id);
    } catch (error) {
      assert.match((error as Error).message, why);
      assert.is((error as Error).name, name);
      assert.is(existsSync(registryFile(outputs)), false);
      return;
    }
    assert.unreachable(`${id} was promoted`);
  };
  const runner = { pid: GONE_PID, host: thisHost() };
  fakeRun(outputs, "a", { status: "interrupted", testAccuracy: null });
  fakeRun(outputs, "b", { status: "running", testAccuracy: null, more: { runner } });
  fakeRun(outputs, "c", { status: "running", testAccuracy: null, more: { runner: thisProcess() } });
  fakeRun(outputs, "d", { status: "failed", testAccuracy: null });
  fakeRun(outputs, "e", { status: "stopped early", testAccuracy: null });
  fakeRun(outputs, "f", { more: { weights_sha256: "0".repeat(64) } });
  fakeRun(outputs, "g");
  rmSync(join(outputs, "linear", "g", "model.safetensors"));
  fakeRun(outputs, "h");
  writeFileSync(join(outputs, "linear", "h", "model.safetensors"), "short");
  fakeRun(outputs, "i");
  const cnnFile = join(outputs, "cnn", "x", "model.safetensors");
  fakeRun(outputs, "x", { model: "cnn" });
  writeFileSync(join(outputs, "linear", "i", "model.safetensors"), readFileSync(cnnFile));
  await refused("a", /linear\/a cannot become a version: it was interrupted after epoch 2 of 3\.$/);
  await refused("b", /its process died after epoch 2 of 3/);
  await refused("c", /it is still running/);
  await refused("d", /it failed after epoch 2 of 3/);
  await refused("e", /accuracy on the test images is not known \(status stopped early\)/);
  await refused("f", /not the one that was measured/);
  await refused("g", /has no checkpoint/);
  await refused("h", /model\.safetensors/);
  await refused("i", /model\.safetensors .*conv1|model\.safetensors lacks fc\.weight/);
  await refused("20260101-00009", /Did you mean 20260101-00000\d\?/, "NotFoundError");
});

test("a run that stopped early and was measured is as good as any", async () => {
  const outputs = outputsWithRuns(folder);
  fakeRun(outputs, "early", { status: "stopped early after epoch 2", seed: 9 });
  await promote(outputs, "early");
  assert.is(readRegistry(outputs, "linear").current?.run, "early");
});

test("infer and evaluate take --version, and say which one answered", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  await promote(outputs, IDS[1]);
  const infer = (...more: string[]) =>
    runCli(folder, ["infer", "0.png", "--model", "linear", "--runs", outputs, ...more]);
  assert.match((await infer("--version", "current")).stdout, /^linear version 2 from /);
  assert.is(JSON.parse((await infer("--version", "current", "--json")).stdout)[0].version, 2);
  assert.match((await infer("--version", "1")).stdout, /^linear version 1 from /);
  assert.match((await infer("--version=shipped")).stdout, /^linear from .*pretrained.linear\.safetensors, /);
  assert.match((await infer()).stdout, /^linear from .*pretrained.linear\.safetensors, /);
  const args = ["evaluate", "--model", "linear", "--data", "synthetic", "--limit", "20", "--json", "--runs", outputs];
  const { stdout } = await runCli(folder, [...args, "--version", "v1"]);
  const { version, checkpoint } = JSON.parse(stdout);
  assert.is(version, 1);
  assert.match(checkpoint, /versions.1\.safetensors$/);
  const exported = await runCli(folder, ["export", "--runs", outputs, "--version", "2", "--out", "2.onnx", "--model", "linear", "--json"]); // biome-ignore format: one line
  assert.is(JSON.parse(exported.stdout).version, 2);
});

test("mnist --version stays the program's; behind a command a bare one, a wrong one and two origins end with 2", async () => {
  const outputs = outputsWithRuns(folder);
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.is((await runCli(folder, ["--version"])).stdout, `${version}\n`);
  await expectFailure(
    folder,
    ["train", "--version", "current"],
    2,
    /^error: train has no flag --version\. mnist --version/,
  );
  const infer = (...more: string[]): string[] => ["infer", ...more, "--runs", outputs];
  await expectFailure(
    folder,
    ["infer", "0.png", "--version"],
    2,
    /--version needs a value, as in --version VERSION: current, shipped, or a number .* the program's own/,
  );
  await expectFailure(folder, infer("--version", "0.png"), 2, /name at least one file/);
  await expectFailure(
    folder,
    infer("0.png", "--version", "newest"),
    2,
    /takes current, shipped or a version's number; got newest/,
  );
  await expectFailure(
    folder,
    infer("0.png", "--version", "1", "--run", "x"),
    2,
    /--run and --version exclude each other/,
  );
  await expectFailure(
    folder,
    infer("0.png", "--version", "1", "--checkpoint", "x"),
    2,
    /--checkpoint and --version exclude/,
  );
});

test("a number that does not exist, and no versions at all, end with 3 and what there is", async () => {
  const outputs = outputsWithRuns(folder);
  const infer = (which: string): string[] => [
    "infer",
    "0.png",
    "--model",
    "linear",
    "--runs",
    outputs,
    "--version",
    which,
  ];
  await expectFailure(folder, infer("current"), 3, /there is no version of linear in .* mnist promote makes one/);
  await expectFailure(folder, ["rollback", "--runs", outputs], 3, /no version of any network/);
  await promote(outputs, IDS[0]);
  await expectFailure(folder, infer("7"), 3, /there is no version 7 of linear in .*; there is 1, and 1 is current/);
  await expectFailure(folder, ["rollback", "--runs", outputs, "--to", "7"], 3, /there is no version 7 of linear/);
  await expectFailure(folder, ["rollback", "--runs", outputs, "--to", "0"], 2, /--to must be an integer ≥ 1; got 0/);
  await expectFailure(folder, ["promote", "--runs", outputs], 2, /name a run, as in mnist promote latest/);
});

test("with versions of both networks, rollback asks which", async () => {
  const outputs = outputsWithRuns(folder);
  fakeRun(outputs, "20260101-000009", { model: "cnn" });
  await promote(outputs, IDS[0]);
  await promote(outputs, "20260101-000009");
  await expectFailure(
    folder,
    ["rollback", "--runs", outputs],
    2,
    /linear and cnn have versions; say which network is meant\. Say it with --model/,
  );
});

test("runs that are versions are marked, the current one too", async () => {
  const outputs = outputsWithRuns(folder);
  await promote(outputs, IDS[0]);
  await promote(outputs, IDS[2]);
  const { stdout } = await runCli(folder, ["runs", "--runs", outputs]);
  assert.match(stdout, /^20260101-000003 .* v2 current$/m);
  assert.match(stdout, /^20260101-000001 .* v1$/m);
});

test.run();
