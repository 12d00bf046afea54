import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { InterruptedError } from "../../cli/terminal/exit_codes.ts";
import { trainModels } from "../../cli/train/train_runs.ts";
import { decodeSafetensors } from "../../lib/formats/safetensors.ts";
import { expectFailure, type Outcome, runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("mnist train");

const folder = temporaryFolder();
const QUICK = ["train", "--model", "linear", "--data", "synthetic", "--limit", "200", "--epochs", "2"];

const events = ({ stdout }: Outcome) => stdout.trim().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: one line
const runsIn = (out: string, model = "linear"): string[] =>
  existsSync(join(folder, out, model)) ? readdirSync(join(folder, out, model)).sort() : [];
const readRun = (out: string, id: string) => JSON.parse(readFileSync(join(folder, out, "linear", id, "run.json"), "utf8")); // biome-ignore format: one line

test("--json prints an event a line, in the agreed form, and nothing else on stdout", async () => {
  const outcome = await runCli(folder, [...QUICK, "--json", "--seed", "5"]);
  assert.is(outcome.code, 0, outcome.stderr);
  const [start, first, second, done, ...rest] = events(outcome);
  assert.equal(rest, []);
  assert.equal(Object.keys(start), ["event", "model", "dataset", "trained_on", "dataset_sha256", "notice", "run"]);
  const epochKeys = ["event", "model", "epoch", "train_loss", "val_loss", "val_accuracy", "samples_per_second", "seconds"]; // biome-ignore format: one line
  assert.equal([Object.keys(first), Object.keys(second)], [epochKeys, epochKeys]);
  assert.equal([first.event, first.model, first.epoch, second.epoch], ["epoch", "linear", 1, 2]);
  const about = ["event", "model", "dataset", "trained_on", "test_images", "epoch", "val_accuracy", "stopped"];
  const found = ["test_accuracy", "test_loss", "parameters", "seconds", "checkpoint", "weights_sha256"];
  assert.equal(Object.keys(done), [...about, ...found]);
  assert.equal([done.test_images, done.stopped], [200, null]);
  assert.is([first, second][done.epoch - 1].val_accuracy, done.val_accuracy);
  assert.equal([done.event, done.model, done.dataset, done.parameters], ["done", "linear", "synthetic", 7850]);
  assert.ok(done.test_accuracy > 0.2 && done.test_accuracy <= 1);
});

test("the run's folder holds the checkpoint and all there is to know about it", async () => {
  const [id] = runsIn("outputs");
  const run = readRun("outputs", id);
  assert.equal([run.status, run.seed, run.limit, run.history.epochs.length], ["done", 5, 200, 2]);
  assert.equal([run.recipe.optimizer, run.recipe.epochs, run.recipe.batchSize], ["adam", 2, 64]);
  assert.equal([run.dataset.name, run.dataset.train.size], ["synthetic", 200]);
  for (const role of ["train", "validation", "test"]) assert.match(run.dataset[role].sha256, /^[0-9a-f]{64}$/);
  assert.match(run.dataset.notice, /synthetic/i);
  const bytes = readFileSync(join(folder, run.checkpoint));
  const { tensors, metadata } = decodeSafetensors(bytes, "model.safetensors");
  assert.equal([metadata.model, metadata.dataset, metadata.seed], ["linear", "synthetic", "5"]);
  assert.is(Number(metadata.test_accuracy), run.test_accuracy);
  // weights_sha256, as cli/README.md defines it.
  const hash = createHash("sha256");
  for (const name of Object.keys(tensors).sort()) hash.update(new Uint8Array(tensors[name].data.buffer));
  assert.is(run.weights_sha256, hash.digest("hex"));
});

test("the same seed gives the same weights, another seed others", async () => {
  const digest = async (seed: string): Promise<string> =>
    events(await runCli(folder, [...QUICK, "--json", "--quiet", "--seed", seed])).pop().weights_sha256;
  const before = readRun("outputs", runsIn("outputs")[0]).weights_sha256;
  assert.is(await digest("5"), before);
  assert.is.not(await digest("6"), before);
});

test("without a terminal there is one line per epoch on stderr, and the result on stdout", async () => {
  const { code, stdout, stderr } = await runCli(folder, [...QUICK, "--out", "else where"]);
  assert.is(code, 0);
  const line = /^linear epoch \d\/2 {2}loss \d\.\d{4} {2}val loss \d\.\d{4} {2}val accuracy .* % {2}[\d,]+ images\/s {2}\d+(\.\d)? s$/gm; // biome-ignore format: one line
  assert.is(stderr.match(line)?.length, 2);
  assert.match(stderr, /^linear, preset standard: 2 epochs of 200 images, 1 thread; run else where\/linear\/[\d-]+$/m);
  assert.match(stdout, /^linear on synthetic digits, not MNIST: test accuracy \d+\.\d\d % of 200, /);
  assert.match(stdout, /^else where\/linear\/[\d-]+\/model\.safetensors$/m);
  assert.match(stderr, /^Try it: mnist infer digit\.png --model linear --run \d{8}-\d{6} --runs 'else where'$/m);
});

test("synthetic digits come with a notice that cannot be missed, even when quiet", async () => {
  const { stderr } = await runCli(folder, [...QUICK, "--quiet"]);
  assert.match(stderr, /^┏━+┓\n(┃ .* ┃\n)+┗━+┛\n$/);
  assert.match(stderr, /synthetic/i);
});

test("infer and evaluate find the run as --run latest and by its id, and name its data set", async () => {
  const ids = runsIn("outputs");
  const args = ["evaluate", "--model", "linear", "--data", "synthetic", "--limit", "50", "--json"];
  const latest = await runCli(folder, [...args, "--run", "latest"]);
  assert.is(latest.code, 0, latest.stderr);
  assert.is(JSON.parse(latest.stdout).checkpoint, join("outputs/linear", ids[ids.length - 1], "model.safetensors"));
  const first = await runCli(folder, [...args, "--run", ids[0]]);
  assert.is(JSON.parse(first.stdout).checkpoint, join("outputs/linear", ids[0], "model.safetensors"));
});

test("--model both trains one after the other", async () => {
  const args = ["train", "--model", "both", "--data", "synthetic", "--limit", "32", "--epochs", "1", "--json", "--dropout", "0.2"]; // biome-ignore format: one line
  const outcome = await runCli(folder, [...args, "--out", "both"]);
  assert.is(outcome.code, 0, outcome.stderr);
  const done = events(outcome).filter(({ event }) => event === "done");
  assert.equal(done.map(({ model, parameters }) => [model, parameters]), [["linear", 7850], ["cnn", 102026]]); // biome-ignore format: one line
});

test("--validation holds back as many images, for both; the command is kept as it can be typed in", async () => {
  const args = ["train", "--model", "both", "--data", "synthetic", "--limit", "32", "--epochs", "1", "--validation", "20"]; // biome-ignore format: one line
  const outcome = await runCli(folder, [...args, "--out", "own runs"]);
  assert.is(outcome.code, 0, outcome.stderr);
  for (const model of ["linear", "cnn"]) {
    const [id] = runsIn("own runs", model);
    const run = JSON.parse(readFileSync(join(folder, "own runs", model, id, "run.json"), "utf8"));
    assert.is(run.dataset.validation.size, 20);
    assert.match(run.command, / --out 'own runs'$/);
  }
});

test("--model both --preset best holds back what each network's preset says", async () => {
  const args = ["train", "--model", "both", "--preset", "best", "--data", "synthetic", "--limit", "1200", "--epochs", "1"]; // biome-ignore format: one line
  const outcome = await runCli(folder, [...args, "--out", "held"]);
  assert.is(outcome.code, 0, outcome.stderr);
  const sizes = ["linear", "cnn"].map((model) => {
    const run = JSON.parse(readFileSync(join(folder, "held", model, runsIn("held", model)[0], "run.json"), "utf8"));
    return run.dataset.validation.size;
  });
  assert.equal(sizes, [1200, 1000]); // of 5000 and of 1000
});

test("values that make no sense end with 2, before anything is made", async () => {
  const bad: [string[], RegExp][] = [
    [["--lr", "NaN"], /--lr must be a number > 0; got NaN/],
    [["--lr", "-0.1"], /--lr must be a number > 0; got -0\.1/],
    [["--epochs", "0"], /--epochs must be an integer ≥ 1; got 0/],
    [["--dropout", "1"], /--dropout must be a number ≥ 0 and < 1; got 1/],
    [["--label-smoothing", "1"], /--label-smoothing must be a number ≥ 0 and < 1; got 1/],
    [["--momentum", "0.9", "--optimizer", "adam"], /--momentum is for --optimizer sgd/],
    [
      ["--model", "linear", "--dropout", "0.1"],
      /--dropout is for networks with dropout layers; the linear network has none/,
    ],
  ];
  for (const [flags, message] of bad) {
    await expectFailure(folder, ["train", "--data", "synthetic", "--out", "never", ...flags], 2, message);
  }
  assert.not.ok(existsSync(join(folder, "never")));
});

test("a rate at which the loss is no longer finite ends with 1, and no checkpoint", async () => {
  const rate = ["--optimizer", "sgd", "--lr", "1e38"];
  const outcome = await runCli(folder, [
    ...QUICK,
    ...rate,
    "--model",
    "both",
    "--quiet",
    "--json",
    "--out",
    "diverged",
  ]);
  assert.is(outcome.code, 1);
  assert.match(outcome.stderr, /^note: the cnn network was not begun; train it by itself$/m);
  assert.match(outcome.stderr, /^error: the loss became \S+ in epoch 1, step \d+, at learning rate \S+; lower it\.$/m);
  const failed = events(outcome).pop();
  assert.equal([failed.event, failed.model], ["failed", "linear"]);
  assert.match(failed.error, /^the loss became .* lower it\.$/);
  const [id] = runsIn("diverged");
  assert.is(readRun("diverged", id).status, "failed");
  assert.not.ok(existsSync(join(folder, "diverged/linear", id, "model.safetensors")));
});

test("data that is missing ends with 3, and --data mnist does not fall back", async () => {
  mkdirSync(join(folder, "empty"));
  await expectFailure(folder, ["train", "--data", "empty"], 3, /train-images.* is in empty/);
  const env = { MNIST_DIR: "nowhere" };
  await expectFailure(folder, ["train"], 3, /train-images.* is in the folder nowhere, which MNIST_DIR names/, { env });
});

test("a folder that cannot be written is found out before training, and ends with 1", async () => {
  writeFileSync(join(folder, "file"), "");
  const args = [...QUICK, "--quiet", "--epochs", "100000"];
  const failing = async (out: string, message: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await runCli(folder, [...args, "--out", out]);
    assert.equal([code, stdout], [1, ""]);
    assert.match(stderr, message);
    assert.match(stderr, /^error: cannot write to [^\n]+ Nothing was trained\. Choose another folder with --out\.$/m);
  };
  await failing("file", /file\/linear: .* \((ENOTDIR|EEXIST)\)/);
  if (process.getuid?.() === 0) {
    console.log("SKIPPED, since root may write anywhere: a read-only folder");
    return;
  }
  mkdirSync(join(folder, "read-only"));
  chmodSync(join(folder, "read-only"), 0o555);
  await failing("read-only", /permission denied \(EACCES\)/);
});

test("Ctrl-C keeps what there is, says so in one line, and ends with 130", async () => {
  for (const signal of ["SIGINT", "SIGHUP"] as const) {
    let isSent = false;
    const outcome = await runCli(folder, [...QUICK, "--epochs", "100000", "--out", signal], {
      env: { npm_command: "exec" },
      onStderr: (text, kill) => {
        if (isSent || !text.includes("epoch 3/")) return;
        isSent = true;
        kill(signal);
        kill(signal);
      },
    });
    assert.is(outcome.code, 130, outcome.stderr);
    assert.match(
      outcome.stderr,
      /\nInterrupted; the weights of epoch \d+ are kept in \S+model\.safetensors\. Resume with: npx mnist train --resume \S+ --out SIG\w+\n$/,
    );
    const [id] = runsIn(signal);
    const run = readRun(signal, id);
    assert.is(run.status, "interrupted");
    assert.ok(run.history.best.epoch >= 1);
    const bytes = readFileSync(join(folder, signal, "linear", id, "model.safetensors"));
    assert.is(decodeSafetensors(bytes, "model.safetensors").metadata.epoch, String(run.history.best.epoch));
  }
});

test("Ctrl-C while the digits are made ends it at once, before anything is written", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new InterruptedError("Interrupted.")), 100);
  const started = performance.now();
  const request = { models: ["cnn"], preset: "fast" as const, given: {}, seed: 0, threads: 1, data: "synthetic", outputs: join(folder, "early") } as const; // biome-ignore format: one line
  const unset = { limit: undefined, patience: undefined, maxSeconds: undefined };
  const options = { ...request, ...unset, saveEvery: 30, isWide: false, isJson: true, isQuiet: true };
  const error = await trainModels(options, controller.signal).catch((caught) => caught);
  assert.is(error, controller.signal.reason);
  assert.ok(performance.now() - started < 1500, "it took longer than the drawing of a few digits");
  assert.not.ok(existsSync(join(folder, "early")));
});

test("--label-smoothing is recorded, and the help names the recipe's", async () => {
  const args = [...QUICK, "--quiet", "--epochs", "1", "--label-smoothing", "0.1", "--out", "smoothed"];
  assert.is((await runCli(folder, args)).code, 0);
  assert.is(readRun("smoothed", runsIn("smoothed")[0]).recipe.labelSmoothing, 0.1);
  assert.is(readRun("outputs", runsIn("outputs")[0]).recipe.labelSmoothing, 0);
  const { stdout } = await runCli(folder, ["train", "--help"]);
  assert.match(stdout.replace(/\s+/g, " "), /--label-smoothing PART Share of each target/);
});

test("no run, whether it ends well or not, changes an earlier one's checkpoint", async () => {
  const [id] = runsIn("outputs");
  const digest = (): string =>
    createHash("sha256").update(readFileSync(join(folder, "outputs/linear", id, "model.safetensors"))).digest("hex"); // biome-ignore format: one line
  const before = digest();
  await runCli(folder, [...QUICK, "--quiet"]);
  await runCli(folder, [...QUICK, "--quiet", "--optimizer", "sgd", "--lr", "1e38"]);
  await expectFailure(folder, ["train", "--lr", "NaN"], 2, /--lr/);
  assert.is(digest(), before);
});

test.run();
