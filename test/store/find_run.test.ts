// Which run a word means, at every command that takes one.

import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { modelAskedFor as loadModel, modelNamed } from "../../cli/inputs/asked_model.ts";
import { asked } from "../../cli/terminal/asked.ts";
import { AskedError, EXIT, exitCodeOf } from "../../cli/terminal/exit_codes.ts";
import { MODEL_NAMES } from "../../models/index.ts";
import { checkpointOfRun, listRuns, runNamed } from "../../store/runs/list_runs.ts";
import { findResumable } from "../../store/runs/resume_run.ts";
import { fakeRun } from "../support/fake_run.ts";
import { expectFailure, temporaryFolder } from "../support/run_cli.ts";

const test = suite("the run that a word means");

const folder = temporaryFolder();
const freshOutputs = (): string => mkdtempSync(join(folder, "o-"));

test("a run of the same id in both networks is named with its network", () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001");
  fakeRun(outputs, "20260101-000001", { model: "cnn" });
  const runs = listRuns(outputs);
  assert.throws(() => runNamed(runs, "20260101-000001", outputs), /2 runs match/);
  assert.is(runNamed(runs, "cnn/20260101-000001", outputs).model, "cnn");
});

test("a run is named with its network wherever one is asked for, and so is latest", async () => {
  const outputs = freshOutputs();
  for (const model of ["linear", "cnn"] as const) fakeRun(outputs, "20260101-000001", { model, status: "interrupted" });
  fakeRun(outputs, "20260102-000001", { model: "cnn", status: "interrupted" });
  for (const id of ["linear/20260101-000001", "cnn/20260101-000001"])
    writeFileSync(join(outputs, id, "state.safetensors"), "");
  const ways: Record<string, (word: string) => string> = {
    runs: (word) => runNamed(listRuns(outputs), word, outputs).path,
    run: (word) => dirname(checkpointOfRun(outputs, MODEL_NAMES, word).path),
    resume: (word) => findResumable(outputs, undefined, word).path,
    compare: (word) => dirname(modelNamed("--linear", outputs, "linear", word).path),
  };
  for (const [way, find] of Object.entries(ways)) {
    for (const word of ["linear/20260101-000001", "linear/20260101", "linear/latest"])
      assert.is(find(word), join(outputs, "linear", "20260101-000001"), `${way}, ${word}`);
    if (way === "compare") continue;
    assert.is(find("cnn/20260101-000001"), join(outputs, "cnn", "20260101-000001"), way);
    assert.is(find("cnn/latest"), join(outputs, "cnn", way === "resume" ? "20260101-000001" : "20260102-000001"), way);
  }
  assert.throws(() => ways.run("linear/2027"), `in ${join(outputs, "linear")}. The latest is 20260101-000001.`);
  assert.throws(() => ways.compare("linear/2027"), /^--linear linear\/2027: neither a file nor a run in/);
  for (const path of ["linear/../x", "linear/", "linear/a/b", "other/20260101-000001"])
    assert.throws(
      () => loadModel({ runs: outputs, run: path }),
      `--run ${path}: a run is "latest" or a run's id; got ${path}. For a file`,
    );
});

test("--resume says where it sought a run, what is left unfinished there, and whose the run is", () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001", { status: "interrupted" });
  writeFileSync(join(outputs, "linear", "20260101-000001", "state.safetensors"), "");
  const refusal = (model: "linear" | "cnn" | undefined, id: string): string => {
    try {
      return findResumable(outputs, model, id).path;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const none = (_id: string, where: string): string => `resumeRun: there is no such run to resume in ${where}.`;
  const inCnn = join(outputs, "cnn");
  assert.is(refusal("cnn", "20260101-000001"), `${none("20260101-000001", inCnn)} It is a run of linear.`);
  assert.is(refusal("cnn", "latest"), `${none("latest", inCnn)} None is left unfinished.`);
  assert.is(refusal("cnn", "2027"), `${none("2027", inCnn)} None is left unfinished.`);
  assert.is(refusal("linear", "2027"), `${none("2027", join(outputs, "linear"))} The latest is 20260101-000001.`);
  assert.is(refusal(undefined, "2027"), `${none("2027", outputs)} The latest is 20260101-000001.`);
});

test("a run of another network than --model says is refused in one line with 2, and what to do said", async () => {
  const outputs = freshOutputs();
  fakeRun(outputs, "20260101-000001");
  const id = "linear/20260101-000001";
  const but =
    /linear\/20260101-000001: that is a run of linear, but --model says cnn; leave out --model, or name a run of cnn\.$/;
  const refused = (run: () => unknown, message: RegExp): void => {
    assert.throws(
      () => asked(id, run),
      (error: Error) => error instanceof AskedError && exitCodeOf(error) === EXIT.usage && message.test(error.message),
    );
  };
  refused(() => loadModel({ runs: outputs, model: "cnn", run: id }), but);
  refused(() => findResumable(outputs, "cnn", id), but);
  refused(
    () => modelNamed("--cnn", outputs, "cnn", id),
    /^--cnn linear\/.*: that is a run of linear; --cnn takes one of cnn\.$/,
  );
  for (const command of ["runs", "promote"])
    await expectFailure(folder, [command, id, "--model", "cnn", "--runs", outputs], 2, new RegExp(but.source, "m"));
});

test("--run and --resume take an id, the beginning of one, or latest, which skips what has nothing for them", () => {
  const outputs = freshOutputs();
  for (const id of ["20260101-000001", "20260101-000002", "20260102-000001", "20260103-000001"]) {
    fakeRun(outputs, id, { status: "interrupted" });
  }
  const of = (id: string): string => join(outputs, "linear", id);
  rmSync(join(of("20260103-000001"), "model.safetensors"));
  for (const id of ["20260101-000001", "20260102-000001"]) writeFileSync(join(of(id), "state.safetensors"), "");
  symlinkSync(of("20260101-000001"), of("20260101-000003"));
  const checkpoint = (word: string): string => dirname(checkpointOfRun(outputs, ["linear"], word).path);
  const resumable = (word: string): string => findResumable(outputs, undefined, word).path;
  assert.is(checkpoint("latest"), of("20260102-000001"));
  assert.is(checkpoint("20260102"), of("20260102-000001"));
  assert.is(checkpoint("20260101-000003"), of("20260101-000003"));
  assert.throws(() => checkpoint("20260101"), /3 runs match: linear\/20260101-000003, .*\. Name one/);
  assert.throws(() => checkpoint("20260103"), /there is no such run with a checkpoint .* latest is 20260102-000001/);
  assert.is(resumable("latest"), of("20260102-000001"));
  assert.is(resumable("20260101-000001"), of("20260101-000001"));
  assert.throws(() => resumable("20260101"), /3 runs match: .* Name one/);
  assert.throws(() => resumable("20260103"), /holds no state\.safetensors to resume from/);
});

test.run();
