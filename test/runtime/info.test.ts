import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runtimeInfo } from "../../lib/runtime/info.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { supportsVariant } from "../../lib/runtime/supports_variant.ts";

const test = suite("runtimeInfo");

test("the version is that of package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.is(runtimeInfo().version, manifest.version);
});

test("it names the kernels in use, and the memory", () => {
  const { variant, threads, memory } = runtimeInfo();
  assert.is(variant, supportsVariant("relaxed") ? "relaxed" : "simd");
  assert.ok(threads >= 1);
  assert.equal(memory, memoryUsage());
});

test("memory that is not shared comes with a reason", () => {
  const { isMemoryShared, unsharedBecause } = runtimeInfo();
  assert.is(isMemoryShared, unsharedBecause === null);
});

test.run();
