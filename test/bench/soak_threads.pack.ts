// A few of each attack of npm run soak:threads, which makes hundreds.

import { spawnSync } from "node:child_process";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("soak:threads");

const soak = (...args: string[]) =>
  spawnSync(process.execPath, ["--import", "tsx", "bench/soak_threads.ts", ...args], { encoding: "utf8" });

for (const kind of ["lost", "storms", "stops"]) {
  test(`${kind}: each attack ends in the right bits or a typed error`, () => {
    const { status, stdout, stderr } = soak("--times", "4", "--only", kind, "--threads", "6");
    assert.is(status, 0, `${stdout}${stderr}`);
    assert.match(stdout, /^[a-z][^\n]+ +4 +\d +\d +0 +0 +\d+\nseed \d+$/im);
  });
}

test("an attack that does not exist is refused", () => {
  const { status, stderr } = soak("--only", "strom");
  assert.is(status, 2);
  assert.match(stderr, /^soak:threads: --only must be lost or storms or memory or stops; got "strom"/);
});

test.run();
