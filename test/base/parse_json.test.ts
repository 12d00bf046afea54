import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseFields } from "../../lib/base/fields.ts";
import { parseJson } from "../../lib/base/parse_json.ts";
import { projectFiles, read, withoutComments } from "../support/sources.ts";

const test = suite("parseJson");

const nested = (depth: number, [open, close]: string): string => open.repeat(depth) + close.repeat(depth);
const objects = (depth: number): string => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

test("reads what JSON.parse reads", () => {
  for (const text of [
    "null",
    "0",
    "-0",
    '"\\"[{"',
    '{"a":[1,{"b":"]}"}]}',
    ' [ "\\\\" , "{" ] ',
    "1e999",
    '"\\ud800"',
  ]) {
    assert.equal(parseJson(text), JSON.parse(text), text);
  }
});

test("what is no JSON is undefined, which no JSON means", () => {
  for (const text of ["", "{", "]", '"', '"\\', "undefined", "NaN", "{'a':1}", "\ufeff{}", '"\n"', "[1,]", "[}"]) {
    assert.is(parseJson(text), undefined, JSON.stringify(text));
    assert.is(parseFields(text), null);
  }
});

test("64 levels are read, and no more; brackets within strings are no levels", () => {
  assert.ok(parseJson(nested(64, "[]")));
  assert.ok(parseJson(objects(64)));
  for (const text of [nested(65, "[]"), objects(65), nested(100_000, "[]"), objects(100_000), "[".repeat(1e6)]) {
    assert.is(parseJson(text), undefined, `${text.length} characters`);
    assert.is(parseJson(`{"deep":${text}}`), undefined);
  }
  const harmless = JSON.stringify({ text: `\\"${"[{".repeat(5000)}`, list: new Array(1000).fill([]) });
  assert.equal(parseJson(harmless), JSON.parse(harmless));
});

test("no key of it reaches the prototype of anything", () => {
  const value = parseFields('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1,"a":2}');
  assert.is(({} as { polluted?: number }).polluted, undefined);
  assert.is(Object.getPrototypeOf(value), Object.prototype);
  assert.is(value?.a, 2);
});

test("nothing that ships parses JSON but by it", () => {
  const bare = projectFiles(/^(lib|data|models|store|cli|serve|web)\/.*\.ts$/)
    .filter((file) => file !== "lib/base/parse_json.ts")
    .filter((file) => /\bJSON\s*\??\.\s*parse\b|\.json\(\)|with \{ type: "json" \}/.test(withoutComments(read(file))));
  assert.equal(bare, []);
});

test.run();
