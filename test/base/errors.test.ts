import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CheckpointError, DataError, formatShape, ShapeError, SimdgradError } from "../../lib/base/errors.ts";
import { projectFiles, read, withoutComments } from "../support/sources.ts";

const test = suite("errors");

test("an error knows its operation and its problem apart, and its message is both", () => {
  const error = new ShapeError("matmul: inner dimensions differ: 2 and 3.", { k: 2 });
  assert.equal([error.op, error.problem], ["matmul", "inner dimensions differ: 2 and 3."]);
  assert.is(error.message, "matmul: inner dimensions differ: 2 and 3.");
  assert.equal([error.name, error.details, error instanceof SimdgradError], ["ShapeError", { k: 2 }, true]);
  assert.is(new DataError("batchNorm2d: one\ntwo").problem, "one\ntwo");
});

test("a message that does not begin with a name is all problem", () => {
  for (const message of [
    "out of memory",
    "--run x: there is none.",
    "outputs/cnn/a.json: line 3",
    "version 1 of cnn: gone",
    "a.png: no PNG",
    "C:\\runs",
    ": ",
    "relu: ",
    "",
  ]) {
    // biome-ignore format: one line
    const error = new CheckpointError(message);
    assert.equal([error.op, error.problem, error.message], [null, message, message]);
  }
});

test("whatever is thrown on purpose begins with the name of its operation", () => {
  const sources = projectFiles().filter((file) => /^(lib|data|models|store)\/.*\.ts$/.test(file));
  const text = sources.map((file) => withoutComments(read(file))).join("\n");
  const types = [...text.matchAll(/class (\w+) extends (?:Simdgrad|\w*(?:Option|Data|Checkpoint))Error\b/g)].map(([, type]) => type); // biome-ignore format: one line
  const thrown = [...text.matchAll(/new (\w+)\(\s*(?:`((?:\$\{[^}]*\}|[^`])*)`|"([^"]*)")/g)];
  const messages = thrown
    .filter(([, type]) => types.includes(type))
    .map(([, , template, string]) => template ?? string);
  assert.ok(types.length > 8 && messages.length > 150, `${types.length} types, ${messages.length} messages`);
  // Or with another's message, which does.
  assert.equal(
    messages.filter((message) => !/^(\w+|\$\{\w+(\.\w+)*\}): |^\$\{error\.message\} /.test(message)),
    [],
  );
});

test("a shape is printed as it is written", () => {
  assert.equal([formatShape([]), formatShape([64, 10])], ["[]", "[64, 10]"]);
});

test.run();
