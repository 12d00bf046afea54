// A run as a server would train it: no flag, no terminal, events out.

import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnist } from "../../data/index.node.ts";
import type { ExperimentEvent } from "../../models/index.ts";
import { recipeFor } from "../../models/index.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { resumeRun } from "../../store/runs/resume_run.ts";
import { RUN_FILE } from "../../store/runs/run_folder.ts";
import { isFinished } from "../../store/runs/run_record.ts";
import { continueRun, type RunRequest, runSpec, type TrainRunOptions, trainRun } from "../../store/runs/train_run.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("training a run");

const folder = temporaryFolder();
const data = await loadMnist({ source: "synthetic", limit: 64, seed: 3 });
const recipe = recipeFor("linear", "fast", { epochs: 2, batchSize: 16 });
const request: RunRequest = {
  ...{ model: "linear" as const, recipe, seed: 3, patience: null, limit: 64, data: "synthetic", datasetName: null },
  command: "a test",
};

function options(more: Partial<TrainRunOptions> = {}): TrainRunOptions {
  return { outputs: mkdtempSync(join(folder, "o-")), maxSeconds: undefined, saveEvery: 1000, ...more };
}

/** A run that was stopped after its third step. */
async function stoppedRun(): Promise<TrainRunOptions> {
  const controller = new AbortController();
  const stopping = options({
    signal: controller.signal,
    onEvent: (event) => {
      if (event.kind === "step" && event.report.step === 3) controller.abort(new Error("enough"));
    },
  });
  const error = await trainRun(runSpec(request, data), data, stopping).catch((caught: Error) => caught);
  assert.is(error, controller.signal.reason);
  const { signal: _, onEvent: __, ...rest } = stopping;
  return rest;
}

test("it is kept as it goes, and what came of it is told and returned", async () => {
  const kinds: string[] = [];
  const asked = options({
    onEvent: ({ kind }, run) => {
      kinds.push(kind);
      if (kind === "start") assert.is(run.resumedAt, null);
    },
  });
  const outcome = await trainRun(runSpec(request, data), data, asked);
  assert.equal(
    kinds.filter((kind) => kind !== "step" && kind !== "test"),
    ["start", "epoch", "state", "epoch", "state", "end"],
  );
  assert.is(kinds.filter((kind) => kind === "step").length, 8);
  const [run] = listRuns(asked.outputs);
  assert.equal([run.record.status, run.record.result.weightsSha256], ["done", outcome.weightsSha256]);
});

test("stopped and continued it ends as if it had not been", async () => {
  const whole = await trainRun(runSpec(request, data), data, options());
  const stopping = await stoppedRun();
  const claimed = await resumeRun(stopping.outputs, undefined, "latest");
  const rest = await continueRun(claimed, async () => data, stopping);
  assert.is(rest.weightsSha256, whole.weightsSha256);
  assert.ok(isFinished(listRuns(stopping.outputs)[0].record));
});

test("other images than it began with are refused, and the run is given back", async () => {
  const stopping = await stoppedRun();
  const path = join(listRuns(stopping.outputs)[0].path, RUN_FILE);
  const before = readFileSync(path, "utf8");
  const claimed = await resumeRun(stopping.outputs, undefined, "latest");
  const others = await loadMnist({ source: "synthetic", limit: 64, seed: 4 });
  const error = await continueRun(claimed, async () => others, stopping).catch((caught: Error) => caught); // biome-ignore format: one line
  assert.match((error as Error).message, /it began with another training set/);
  assert.is(readFileSync(path, "utf8"), before);
});

test("a listener that fails, at once or later, ends the run, and its record says so", async () => {
  const failures: ((event: ExperimentEvent) => void | Promise<void>)[] = [
    ({ kind }) => {
      if (kind === "step") throw new Error("nobody listens");
    },
    async ({ kind }) => {
      if (kind === "step") throw new Error("nobody listens");
    },
    async ({ kind }) => {
      if (kind === "epoch") throw new Error("nobody listens");
    },
  ];
  for (const onEvent of failures) {
    const asked = options({ onEvent });
    const error = await trainRun(runSpec(request, data), data, asked).catch((caught: Error) => caught);
    assert.match((error as Error).message, /nobody listens/);
    const [{ record }] = listRuns(asked.outputs);
    assert.equal([record.status, record.error], ["failed", "nobody listens"]);
  }
});

test("a run that has ended stays done, though telling of it failed", async () => {
  const asked = options({
    onEvent: ({ kind }) => {
      if (kind === "end") throw new Error("nobody listens");
    },
  });
  const error = await trainRun(runSpec(request, data), data, asked).catch((caught: Error) => caught);
  assert.match((error as Error).message, /nobody listens/);
  const [{ record }] = listRuns(asked.outputs);
  assert.is(record.status, "done");
  assert.ok(record.result.weightsSha256 !== null);
});

test.run();
