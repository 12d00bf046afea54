// What a network was trained on, named in every result: the sample of MNIST, or another data set.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadCheckpoint } from "../../data/index.node.ts";
import { linear } from "../../models/index.ts";
import { expectFailure, runCli, temporaryFolder } from "../support/run_cli.ts";
import { eventsOf, lastRun } from "../support/train_runs.ts";

const test = suite("where the digits come from");

const folder = temporaryFolder();
/** In a folder where MNIST can neither be found nor, since `data` is a file, downloaded to. */
const alone = join(folder, "alone");
mkdirSync(alone);
writeFileSync(join(alone, "data"), "");
const env = { MNIST_DIR: "" };
const QUICK = ["train", "--model", "linear", "--epochs", "1", "--limit", "640"];
const ofRun = (outputs: string) => JSON.parse(readFileSync(join(lastRun(outputs), "run.json"), "utf8"));

test("without MNIST, train learns from the sample in the repository, and says so in every place", async () => {
  const trained = await runCli(alone, QUICK, { env });
  assert.is(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /^linear on MNIST's first 10,000: test accuracy \d\d\.\d\d % of 640, /);
  assert.match(trained.stderr.replace(/[┃\n ]+/g, " "), /MNIST's first 10,000 training images, not all 60,000, which cannot be downloaded; /); // biome-ignore format: one line
  const run = ofRun(join(alone, "outputs"));
  assert.equal([run.dataset.name, run.dataset.trained_on], ["mnist", "MNIST's first 10,000"]);
  assert.equal(run.recipe.validation, 1000, "of 10,000 images a tenth is set apart");
  assert.match(run.dataset.train.name, /^MNIST train, the first 10000 without 1000 drawn/);
  const metadata = loadCheckpoint(join(alone, run.checkpoint), linear());
  assert.equal([metadata.dataset, metadata.trained_on], ["mnist", "MNIST's first 10,000"]);
  const evaluated = await runCli(alone, ["evaluate", "--run", "latest", "--quiet"], { env });
  assert.match(evaluated.stdout, /, trained on MNIST's first 10,000 \(sha256 2889698e6bc3…\), \d/);
  assert.match(evaluated.stdout, /^on 10,000 images of MNIST test \(mnist, sha256 0fa7898d5092…\)$/m);
  assert.is(evaluated.stderr, "", "its test images are all of MNIST's");
  const json = await runCli(alone, ["evaluate", "--run", "latest", "--limit", "50", "--json"], { env });
  assert.is(JSON.parse(json.stdout).trained_on, "MNIST's first 10,000");
  const { stdout: list } = await runCli(alone, ["runs"], { env });
  assert.match(list, / MNIST's first 10,000/);
  const promoted = await runCli(alone, ["promote", "latest"], { env });
  assert.match(promoted.stderr, "this run learned from MNIST's first 10,000, not from all of it.");
  assert.match((await runCli(alone, ["versions"], { env })).stdout, / MNIST's first 10,000/);
});

test("its events say it, and a run that was stopped is resumed on the same images, wherever it is", async () => {
  const stopped = await runCli(
    alone,
    [...QUICK, "--epochs", "40", "--max-seconds", "0.02", "--out", "stopped", "--json"],
    { env },
  );
  const [start] = eventsOf(stopped);
  assert.equal([start.dataset, start.trained_on], ["mnist", "MNIST's first 10,000"]);
  const done = eventsOf(stopped).at(-1);
  assert.equal([done.event, done.trained_on], ["done", "MNIST's first 10,000"]);
  const resumed = await runCli(
    alone,
    ["train", "--resume", "latest", "--out", "stopped", "--max-seconds", "1000", "--quiet"],
    { env },
  );
  assert.is(resumed.code, 0, resumed.stderr);
  assert.is(ofRun(join(alone, "stopped")).status, "done");
});

test("all of MNIST, asked for, is never less: train says what can be done", async () => {
  await expectFailure(alone, [...QUICK, "--data", "mnist"], 3, /cannot write .*ENOTDIR|cannot write .*EEXIST/, { env });
});

test("--validation that leaves nothing to train on is a usage error, before anything is read or made", async () => {
  const args = ["train", "--data", "mnist", "--validation", "60000", "--out", "none"];
  await expectFailure(folder, args, 2, /validation must leave something to train on; got 60000 of 60000 images/);
  assert.not.ok(existsSync(join(folder, "none")));
});

test("--validation is taken as it is said; of the sample, too", async () => {
  const { code } = await runCli(folder, [...QUICK, "--data", "sample", "--validation", "2000", "--out", "told"], {
    env,
  });
  assert.is(code, 0);
  assert.is(ofRun(join(folder, "told")).recipe.validation, 2000);
});

test("another data set is trained on and measured by its own name, and never called MNIST", async () => {
  const digits = join(folder, "digits");
  mkdirSync(digits);
  for (const what of ["images-idx3", "labels-idx1"]) {
    for (const role of ["train", "t10k"]) {
      copyFileSync(`data/mnist-sample/t10k-${what}-ubyte.gz`, join(digits, `${role}-${what}-ubyte.gz`));
    }
  }
  await expectFailure(
    folder,
    [...QUICK, "--data", "digits"],
    3,
    /say its name\. As in --dataset-name Fashion-MNIST\.$/m,
    { env },
  );
  const data = ["--data", "digits", "--dataset-name", "My own"];
  const trained = await runCli(folder, [...QUICK, ...data, "--out", "own"], { env });
  assert.is(trained.code, 0, trained.stderr);
  assert.match(trained.stdout, /^linear on My own: test accuracy \d\d\.\d\d % of 640, /);
  assert.match(trained.stderr.replace(/[┃\n ]+/g, " "), /the images of My own in digits, not MNIST's/);
  const run = ofRun(join(folder, "own"));
  assert.equal([run.dataset.name, run.recipe.validation], ["My own", 1000]);
  assert.not.match(JSON.stringify({ ...run, dataset: { ...run.dataset, notice: "" } }), /mnist(?! train)/i);
  const metadata = loadCheckpoint(join(folder, run.checkpoint), linear());
  assert.equal([metadata.dataset, metadata.trained_on], ["My own", undefined]);
  const list = await runCli(folder, ["runs", "--runs", "own"], { env });
  assert.match(list.stdout, / My own, 640 /);
  const evaluated = await runCli(folder, ["evaluate", "--run", "latest", "--runs", "own", ...data], { env });
  assert.match(
    evaluated.stdout,
    /trained on My own \(sha256 [0-9a-f]{12}…\), \d\d\.\d\d % of 640 "My own" images right\non 10,000 images of My own test \(My own, sha256 /,
  );
  const compared = await runCli(folder, ["compare", ...data, "--limit", "20", "--json", "--quiet"], { env });
  assert.is(JSON.parse(compared.stdout).dataset, "My own");
});

test("a name needs a folder, and must not hide what it is", async () => {
  await expectFailure(
    alone,
    ["evaluate", "--dataset-name", "KMNIST"],
    2,
    /KMNIST is looked for in a folder; say in which/,
    { env },
  );
  await expectFailure(
    alone,
    ["evaluate", "--data", ".", "--dataset-name", "mnist"],
    2,
    /must be that of another data set than MNIST/,
    { env },
  );
});

test.run();
