import { spawnSync } from "node:child_process";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const test = suite("profile");

function profile(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", "bench/profile.ts", ...args], { encoding: "utf8" });
}

test("a step's time is told by the names of the kernels' functions, matrix products and their share of the peak last", () => {
  const { status, stdout, stderr } = profile("--seconds", "4", "--most", "5", "--variant", "simd");
  assert.is(status, 0, stderr);
  const lines = stdout.trimEnd().split("\n");
  assert.is(lines.length, 1 + 5 + 1 + 1, stdout);
  assert.match(lines[0], /simd kernels, one thread, batch 64: \d+\.\d\d ms a step$/);
  assert.match(lines[1], /^gemm\/\S+ +\d+\.\d % +\d+\.\d{3} ms$/);
  assert.match(lines[7], /^matrix products: 765 MFLOP in \d+\.\d\d ms, \d+\.\d GFLOP\/s, \d+ % of the \d/);
});

test("wrong options end with 2", () => {
  const { status, stderr } = profile("--variant", "avx");
  assert.is(status, 2);
  assert.match(stderr, /^profile: --variant must be simd or relaxed or wide; got "avx"/);
});

test.run();
