// Wherever an accuracy is shown, it says on what it was measured, unless that is MNIST's 10,000 test images.

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeOrigin } from "../../cli/inputs/asked_model.ts";
import { compareRuns } from "../../cli/runs/compare_runs.ts";
import { runTable } from "../../cli/runs/run_table.ts";
import { shortMeasuredOn } from "../../cli/terminal/measured_on.ts";
import type { TerminalStream } from "../../cli/terminal/terminal.ts";
import { versionTable } from "../../cli/versions/show_versions.ts";
import { accuracyOf } from "../../cli/versions/version_output.ts";
import { loadCheckpoint } from "../../data/index.node.ts";
import { exportMjs } from "../../models/export/index.ts";
import { describeMeasuredOn, linear, readCheckpointMetadata, writeCheckpointMetadata } from "../../models/index.ts";
import type { LoadedModel } from "../../store/checkpoints/load_model.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { sortRuns } from "../../store/runs/sort_runs.ts";
import { readRegistry } from "../../store/versions/registry.ts";
import { fakeRun } from "../support/fake_run.ts";
import { runCli, temporaryFolder } from "../support/run_cli.ts";
import { promote } from "../support/versions.ts";

const test = suite("what accuracies were measured on");

const folder = temporaryFolder();
const same = (text: string): string => text;
const pipe: TerminalStream = {
  ...{ isTerminal: false, hasColor: false, width: 80 },
  ...{ bold: same, dim: same, red: same, green: same, yellow: same, cyan: same },
};
const noMark = () => ({ versions: [], isCurrent: false });
const dataset = (name: string, size: number) => ({ dataset: { name, test: { name: "test", size, sha256: "ab" } } });

/** A run on MNIST, one on a tenth of it, one on synthetic digits, the latter with the better figure. */
function outputsOfThree(): string {
  const outputs = mkdtempSync(join(folder, "o-"));
  fakeRun(outputs, "20260101-000001", { seed: 1, testAccuracy: 0.7, more: dataset("mnist", 10_000) });
  fakeRun(outputs, "20260101-000002", { seed: 2, testAccuracy: 0.74, more: dataset("mnist", 1000) });
  fakeRun(outputs, "20260101-000003", { seed: 3, testAccuracy: 0.754, more: dataset("synthetic", 1000) });
  return outputs;
}

test("a data set and a count are said as people say them; without a count it is all of MNIST's", () => {
  const on = (texts: Record<string, string>): string => {
    const { dataset, testImages: images } = readCheckpointMetadata(texts);
    return describeMeasuredOn({ dataset, images });
  };
  assert.is(on({ dataset: "mnist", test_images: "10000" }), "MNIST's test images");
  assert.is(on({ dataset: "mnist" }), "MNIST's test images");
  assert.is(on({ dataset: "mnist", test_images: "1000" }), "1,000 of MNIST's test images");
  assert.is(on({ dataset: "synthetic", test_images: "10000" }), "10,000 synthetic digits");
  assert.is(on({ dataset: "synthetic" }), "synthetic digits");
  assert.is(on({ dataset: "mnist", test_images: "many" }), "MNIST's test images");
  assert.is(on({}), "its test images");
  assert.is(on({ dataset: "Fashion-MNIST", test_images: "10000" }), "10,000 Fashion-MNIST images");
  assert.is(shortMeasuredOn({ dataset: "synthetic", images: 1000 }), "synthetic, 1,000");
  const trainedOn = "MNIST's first 10,000";
  assert.is(shortMeasuredOn({ dataset: "mnist", images: 10_000, trainedOn }), trainedOn);
});

test("training writes the count down, and origin and exported module say it", async () => {
  const args = ["train", "--model", "linear", "--data", "synthetic", "--limit", "40", "--epochs", "1", "--json"];
  const { stdout } = await runCli(folder, args);
  const { checkpoint } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  const texts = loadCheckpoint(join(folder, checkpoint), linear());
  assert.is(texts.test_images, "40");
  const metadata = { ...readCheckpointMetadata(texts), testAccuracy: 0.754, testImages: 1000 };
  assert.equal(readCheckpointMetadata(writeCheckpointMetadata(metadata)), metadata);
  const loaded: LoadedModel = { name: "linear", network: linear({ seed: 1 }), path: "x", metadata, version: null };
  assert.match(describeOrigin(loaded), /, 75\.40 % of 1,000 synthetic digits right$/);
  const exported = exportMjs(loaded);
  const head = new TextDecoder().decode(exported).split("\n")[0];
  assert.match(head, / 75\.40 % of 1,000 synthetic digits right\.$/);
  const mnist = { ...loaded, metadata: { ...metadata, dataset: "mnist", testImages: 10000 } };
  assert.match(describeOrigin(mnist), /, 75\.40 % of its test images right$/);
});

test("runs have a column for it where they differ, none where all are on MNIST; MNIST's are sorted first", () => {
  const runs = listRuns(outputsOfThree());
  const [head, ...rows] = runTable(runs, noMark, pipe);
  assert.match(head, / test +data +time /);
  assert.match(rows[0], / 75\.40 % +synthetic, 1,000 +7\.0 s /);
  assert.match(rows[1], / 74\.00 % +MNIST, 1,000 +7\.0 s /);
  assert.match(rows[2], / 70\.00 % +MNIST +7\.0 s /);
  assert.not.match(runTable([runs[2]], noMark, pipe)[0], /data/);
  const order = (by: "test" | "validation" | "duration"): number[] =>
    sortRuns(runs, by).map(({ id }) => Number(id.at(-1)));
  assert.equal(order("test"), [1, 3, 2]);
  assert.is(order("validation")[0], 1);
  assert.equal(order("duration"), [3, 2, 1]);
  assert.match(compareRuns(runs, noMark, pipe).join("\n"), /^measured on +1,000 synthetic digits +1,000 of MNIST's /m);
});

test("versions keep the count, and say it with their accuracy", async () => {
  const outputs = outputsOfThree();
  await promote(outputs, "20260101-000001");
  assert.not.match(versionTable(readRegistry(outputs, "linear"), pipe)[0], / data /);
  await promote(outputs, "20260101-000003");
  const registry = readRegistry(outputs, "linear");
  assert.equal(
    registry.records.map(({ metrics }) => metrics.testImages),
    [10_000, 1000],
  );
  // fakeRun's own checkpoint knows nothing; what was recorded about the run counts.
  assert.equal(registry.records.map(accuracyOf), ["70.00 %", "75.40 % of 1,000 synthetic digits"]);
  assert.match(versionTable(registry, pipe)[2], / 75\.40 % +synthetic, 1,000 /);
});

test.run();
