import { existsSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectFiles, read } from "../support/sources.ts";
import { FAULTS, plant, testsOf } from "./faults.ts";

const test = suite("npm run mutants");

test("every fault fits the sources as they are: its text stands there once, and something else goes in its place", () => {
  assert.ok(FAULTS.length >= 60);
  for (const fault of FAULTS) {
    const source = read(fault.file);
    assert.not.equal(plant(source, fault), source, `${fault.file}: ${fault.what}`);
  }
});

test("no two faults of a file are the same", () => {
  for (const key of ["what", "after"] as const) {
    const names = FAULTS.map(
      (fault) => `${fault.file}: ${key === "what" ? fault.what : plant(read(fault.file), fault)}`,
    );
    assert.is(new Set(names).size, names.length, key);
  }
});

test("every kernel has one, and tests that must find it", () => {
  const files = [...new Set(FAULTS.map(({ file }) => file))];
  const kernels = projectFiles(/^kernels\/(\w+|augment\/\w+|gemm\/\w+|winograd\/\w+)\.ts$/);
  assert.equal(
    kernels.filter((file) => !files.includes(file)),
    [],
  );
  for (const file of files) {
    const tests = testsOf(file);
    assert.ok(tests.length > 0, file);
    for (const path of tests) assert.ok(existsSync(path), `${file}: ${path}`);
  }
});

test("docs/mutants.md has a row for each, and no other", () => {
  const rows = read("docs/mutants.md").match(/^\| (?!fault \|).+? \| ``/gm) ?? [];
  assert.equal(
    rows.map((row) => row.slice(2, row.indexOf(" | ``"))),
    FAULTS.map(({ what }) => what.replaceAll("|", "\\|")),
    "write it anew: npm run mutants -- --resume --write",
  );
});

test.run();
