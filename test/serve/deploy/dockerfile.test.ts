// The Dockerfile, without building it: what linters of Dockerfiles look for, and what must hold here.

import { type Copy, DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectFiles, read } from "../../support/sources.ts";
import { flagsOf } from "./flags_of.ts";

const test = suite("Dockerfile");

const text = read("Dockerfile");
const file = DockerfileParser.parse(text);
const instructions = file.getInstructions();
const stages = instructions.filter((each) => each.getKeyword() === "FROM");
const last = instructions.slice(instructions.lastIndexOf(stages[1]));
const ofLast = (keyword: string): string[] =>
  last.filter((each) => each.getKeyword() === keyword).map((each) => each.getRawArgumentsContent() ?? "");

test("dockerfile-utils finds nothing in it", () => {
  assert.equal(
    validate(text).map(({ message }) => message),
    [],
  );
  assert.ok(validate(text.replace("WORKDIR /build", "WORKDIR")).length > 0);
});

test("it has two stages on Node 24, of a fixed system", () => {
  assert.is(stages.length, 2);
  for (const stage of stages) assert.match(stage.getRawArgumentsContent() ?? "", /^\$\{NODE_IMAGE\}( AS build)?$/);
  const [argument] = instructions;
  assert.match(argument.getRawArgumentsContent() ?? "", /^NODE_IMAGE=node:24-[a-z]+-slim$/);
});

test("the image holds dist, the weights, package.json and the licence, and nothing else", () => {
  const copied = ofLast("COPY").flatMap((line) => line.split(" ").filter((word) => word.startsWith("/build/")));
  assert.equal(copied.sort(), ["/build/LICENSE", "/build/dist", "/build/models/pretrained", "/build/package.json"]);
  const copies = last.filter((each) => each.getKeyword() === "COPY") as Copy[];
  for (const copy of copies) assert.is(copy.getFromFlag()?.getValue(), "build");
  assert.equal(ofLast("ADD"), []);
});

test("it runs as a user with a number, not root", () => {
  assert.equal(ofLast("USER"), ["1000:1000"]);
});

test("signals reach the program: the entry point is no shell's", () => {
  assert.equal(JSON.parse(ofLast("ENTRYPOINT")[0]), ["node", "/app/dist/cli.js"]);
  assert.equal(ofLast("STOPSIGNAL"), ["SIGTERM"]);
});

test("without a command it serves where it says, and asks itself there whether it is ready", () => {
  const flags = flagsOf(JSON.parse(ofLast("CMD")[0]));
  assert.is(flags.command, "serve");
  assert.is(flags.host, "0.0.0.0");
  assert.equal(ofLast("EXPOSE"), [flags.port]);
  assert.ok(ofLast("HEALTHCHECK")[0].includes(`http://127.0.0.1:${flags.port}/v2/health/ready`));
  // There is neither curl nor wget in it.
  assert.match(ofLast("HEALTHCHECK")[0], /^CMD \["node",/);
});

test("what is built from is named, so that nothing else reaches the builder", () => {
  const lines = read(".dockerignore")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  assert.is(lines[0], "*");
  const named = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  const files = projectFiles();
  for (const name of named)
    assert.ok(
      files.some((path) => path === name || path.startsWith(`${name}/`)),
      name,
    );
  // What scripts/stamp.mjs says that products are made from.
  for (const [, input] of read("scripts/stamp.mjs").matchAll(/^ {6}"([^"/]+)[^"]*",$/gm)) {
    assert.ok(named.includes(input), `.dockerignore leaves out ${input}, which the build reads`);
  }
});

test.run();
