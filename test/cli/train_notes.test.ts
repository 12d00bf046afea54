import { availableParallelism } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeBeginning, noteOnLoss } from "../../cli/train/train_output.ts";
import { noteOnThreads } from "../../cli/train/train_runs.ts";
import type { RunSpec } from "../../store/runs/run_spec.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";

const test = suite("what mnist train has to say about a run");

const folder = temporaryFolder();
const QUICK = ["train", "--data", "synthetic", "--limit", "32", "--epochs", "1", "--quiet"];

test("it begins with what is trained, how long, and where it is kept", () => {
  const plan = (epochs: number) => ({ model: "cnn", recipe: { preset: "standard", epochs } }) as unknown as RunSpec;
  assert.is(
    describeBeginning(plan(10), 55000, 2, "outputs/cnn/1"),
    "cnn, preset standard: 10 epochs of 55,000 images, 2 threads; run outputs/cnn/1",
  );
  assert.match(describeBeginning(plan(1), 1, 1, "x"), /: 1 epoch of 1 image, 1 thread; run x$/);
});

test("more threads than processors are a note", () => {
  assert.is(noteOnThreads(64, 2), "64 threads on 2 processors; more than that only wait for each other");
  assert.match(noteOnThreads(2, 1) ?? "", /^2 threads on 1 processor;/);
  assert.equal([noteOnThreads(2, 2), noteOnThreads("auto", 2)], [null, null]);
});

test("a validation loss above ln(classes) is a note", () => {
  assert.equal([noteOnLoss(Math.LN10, 10), noteOnLoss(0.01, 10)], [null, null]);
  assert.is(
    noteOnLoss(2.31, 10),
    "a validation loss of 2.3100 is worse than guessing (2.3026); lower --lr, or train longer",
  );
  assert.match(noteOnLoss(1, 2) ?? "", /worse than guessing \(0\.6931\)/);
});

test("both are printed once, quiet or not, and the run is done", async () => {
  const wild = [...QUICK, "--model", "linear", "--optimizer", "sgd", "--lr", "1e15"];
  const linear = await runCli(folder, [...wild, "--threads", "500"]);
  assert.is(linear.code, 0, linear.stderr);
  assert.equal(
    linear.stderr.match(/^note: .*$/gm)?.map((note) => note.replace(/\d\.\d\de\+\d+/, "HUGE")),
    ["note: a validation loss of HUGE is worse than guessing (2.3026); lower --lr, or train longer"],
  );
  assert.match(linear.stdout, /, loss \d\.\d\de\+\d+ \(epoch 1 of 1\)$/m);
  const threads = availableParallelism() + 1;
  const cnn = await runCli(folder, [...QUICK, "--model", "cnn", "--threads", String(threads)]);
  assert.is(cnn.code, 0, cnn.stderr);
  assert.equal(cnn.stderr.match(/^note: \d+ threads on .*$/gm)?.length, 1, cnn.stderr);
});

test.run();
