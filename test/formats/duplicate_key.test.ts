import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findDuplicateKey } from "../../lib/formats/duplicate_key.ts";

const test = suite("findDuplicateKey");

test("a key that one object has twice is found, at any depth and however it is written", () => {
  assert.is(findDuplicateKey('{"a": 1, "b": 2, "a": 3}'), "a");
  assert.is(findDuplicateKey('{"a": {"x": [], "x": 2}}'), "x");
  assert.is(findDuplicateKey('[{"k": 1}, {"k": 1, "k": 2}]'), "k");
  assert.is(findDuplicateKey('{"a": 1, "\\u0061": 2}'), "a");
  assert.is(findDuplicateKey('{"": 1, "": 2}'), "");
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
    assert.is(findDuplicateKey(json), null, json);
  }
});

test.run();
