// A short run of npm run soak:kill, from the sources and at moments that are the same each time.

import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { killRuns } from "../../bench/killed_runs.ts";
import { temporaryFolder } from "../support/run_cli.ts";

const test = suite("killed at random moments");

test("ten kills leave a whole state each, and the run ends with the weights of one that was never killed", async () => {
  let drawn = 0;
  const report = await killRuns({
    ...{ kills: 10, folder: temporaryFolder(), withinMs: 1500 },
    program: ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("../../cli/main.ts", import.meta.url))],
    recipe: ["--data", "synthetic", "--limit", "320", "--batch-size", "16", "--epochs", "3"],
    flags: ["--save-every", "0.02", "--threads", "1"],
    // The fractional parts of multiples of the golden ratio: spread evenly, the same each time.
    random: () => (++drawn * 0.618033988749895) % 1,
  });
  assert.equal(report.faults, []);
  assert.is(report.kills, 10);
  assert.is(report.withoutState + report.oldState + report.newState + report.afterEnd, 10);
  assert.ok(report.newState >= 3, `only ${report.newState} of 10 runs got far enough to save a state`);
  assert.ok(report.finished >= 1);
});

test.run();
