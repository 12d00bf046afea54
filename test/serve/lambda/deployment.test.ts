// deploy/lambda/: what is written there holds of the code, and its files are what their readers take.

import { validate } from "dockerfile-utils";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDocument } from "yaml";
import { functionSettings } from "../../../serve/lambda/function_settings.ts";
import { projectFiles, read } from "../../support/sources.ts";

const test = suite("deployment");

const page = read("deploy/lambda/README.md");
const dockerfile = read("deploy/lambda/Dockerfile");

/** CloudFormation's own tags. */
const customTags = ["!Ref", "!Sub", "!GetAtt"].map((tag) => ({ tag, resolve: (text: string) => ({ [tag]: text }) }));
const template = parseDocument(read("deploy/lambda/template.yaml"), { customTags });

test("dockerfile-utils finds nothing in the Dockerfile", () => {
  assert.equal(validate(dockerfile).map(({ message }) => message), []); // biome-ignore format: one line
});

test("the Dockerfile builds on the same Node as the server's, and what it copies reaches the builder", () => {
  const base = /^ARG NODE_IMAGE=\S+$/m;
  assert.is(dockerfile.match(base)?.[0], read("Dockerfile").match(base)?.[0]);
  // What the build of the function reads beside the sources.
  for (const [, path] of read("scripts/build_lambda.mjs").matchAll(/"(docs\/[^"]+)"/g)) {
    assert.ok(projectFiles().includes(path), path);
    assert.ok(read(".dockerignore").split("\n").includes(`!${path}`), path);
  }
});

test("the template is YAML, and runs what the build makes, as the page does", () => {
  assert.equal(template.errors, []);
  const { Resources: resources } = template.toJS() as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  const { CodeUri, Handler, Runtime, Architectures, Timeout, MemorySize, Environment } = resources.Digits.Properties;
  assert.is(CodeUri, "../../build/lambda.zip");
  assert.equal(MemorySize, { "!Ref": "MemoryMb" });
  for (const words of [
    `--runtime ${Runtime}`,
    `--handler ${Handler}`,
    `--architectures ${(Architectures as string[])[0]}`,
    `--timeout ${Timeout}`,
  ]) {
    assert.ok(page.includes(words), words);
  }
  const { Variables: variables } = Environment as { Variables: Record<string, unknown> };
  assert.ok(Object.keys(variables).every((name) => variableNames().includes(name)));
});

function variableNames(): string[] {
  return [...page.matchAll(/^\| `(MNIST_\w+)` \|/gm)].map(([, name]) => name);
}

test("the page lists every variable that the function reads", () => {
  const settings = read("serve/lambda/function_settings.ts");
  assert.equal(
    variableNames().sort(),
    [...new Set([...settings.matchAll(/given\("(MNIST_\w+)"\)/g)].map(([, name]) => name))].sort(),
  );
});

test("variables that are absent or empty leave the server's defaults, and wrong ones are refused by name", () => {
  const defaults = functionSettings({ LAMBDA_TASK_ROOT: "/var/task", MNIST_API_KEY: "", MNIST_TIMEOUT: "" });
  assert.equal([defaults.outputs, defaults.apiKey, defaults.timeoutSeconds, defaults.cors], ["/var/task/outputs", undefined, 10, []]); // biome-ignore format: one line
  const given = functionSettings({ MNIST_API_KEY: "k", MNIST_TIMEOUT: "2.5", MNIST_MAX_IMAGES: "3", MNIST_OUT: "versions", MNIST_LOG_LEVEL: "warn" }); // biome-ignore format: one line
  assert.equal([given.apiKey, given.timeoutSeconds, given.maxImages, given.outputs, given.logLevel], ["k", 2.5, 3, "versions", "warn"]); // biome-ignore format: one line
  for (const [name, value] of [
    ["MNIST_TIMEOUT", "0"],
    ["MNIST_TIMEOUT", "x"],
    ["MNIST_MAX_IMAGES", "1.5"],
    ["MNIST_LOG_LEVEL", "loud"],
  ]) {
    // biome-ignore format: one line
    assert.throws(() => functionSettings({ [name]: value }), /serve: |functionSettings: MNIST_TIMEOUT must be a number; got x/);
  }
});

test.run();
