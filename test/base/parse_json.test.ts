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

/** The last key that is told of; null where none is. */
function twiceIn(json: string): string | null {
  let found: string | null = null;
  assert.equal(parseJson(json, (key) => { found = key; }), JSON.parse(json)); // biome-ignore format: one line
  return found;
}

test("a key that one object has twice is told of, at any depth and however it is written", () => {
  assert.is(twiceIn('{"a": 1, "b": 2, "a": 3}'), "a");
  assert.is(twiceIn('{"a": {"x": [], "x": 2}}'), "x");
  assert.is(twiceIn('[{"k": 1}, {"k": 1, "k": 2}]'), "k");
  assert.is(twiceIn('{"a": 1, "\\u0061": 2}'), "a");
  assert.is(twiceIn('{"": 1, "": 2}'), "");
  assert.is(twiceIn('{"__proto__": 1, "__proto__": 2}'), "__proto__");
});

test("equal keys of different objects, and texts that look like keys, are none", () => {
  for (const json of [
    "{}",
    '"a"',
    '{"a": {"a": {"a": 1}}, "b": {"a": 1}}',
    '{"a": "b", "b": "a", "c": ["a", "a", "a"]}',
    '{"a": "\\"a\\": 1, \\"a\\"", "b": "\\\\"}',
    '[{"a": 1}, {"a": 1}]',
    '{"a": [1, {"b": 2}], "b": "{", "c": 3}',
  ]) {
    assert.is(twiceIn(json), null, json);
  }
});

test("no key of it reaches the prototype of anything", () => {
  const value = parseFields('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1,"a":2}');
  assert.is(({} as { polluted?: number }).polluted, undefined);
  assert.is(Object.getPrototypeOf(value), Object.prototype);
  assert.is(value?.a, 2);
});

test("nothing that ships parses JSON but by it", () => {
  // The page that export_html.ts writes parses its card, which literal.ts wrote.
  const allowed = ["lib/base/parse_json.ts", "models/export/export_html.ts"];
  const bare = projectFiles(/^(lib|data|models|store|cli|serve|web)\/.*\.ts$/)
    .filter((file) => !allowed.includes(file))
    .filter((file) => /\bJSON\s*\??\.\s*parse\b|\.json\(\)|with \{ type: "json" \}/.test(withoutComments(read(file))));
  assert.equal(bare, []);
});

test.run();
