// A short run of npm run soak, which by itself takes minutes.

import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("soak");

test("hundreds of steps of the built program stay below 300 MiB, and flat", () => {
  execFileSync(process.execPath, ["scripts/build.mjs", "--if-stale"], { stdio: "inherit" });
  // A map of 32 channels forgotten at each step would add a gigabyte; V8's own growth is below 40 MiB.
  const args = ["--import", "tsx", "bench/soak.ts", "--steps", "300", "--limit", "640", "--flat-mib", "40"];
  const report = execFileSync(process.execPath, args, { encoding: "utf8" });
  assert.match(report, /^CNN, 300 steps of batch 64, 1 thread\(s\): resident memory, \d+ samples: least \d+\.\d MiB/);
});

test.run();
