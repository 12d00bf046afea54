import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { escapeControls, printable, printableName } from "../../lib/base/printable.ts";

const test = suite("text from outside");

function isControl(character: string): boolean {
  const code = character.codePointAt(0) as number;
  const isIn = (from: number, to: number): boolean => code >= from && code <= to;
  const isUnseen =
    code === 0xad || code === 0x200b || isIn(0x2060, 0x206f) || code === 0xfeff || isIn(0xe0000, 0xe007f);
  if (isUnseen || isIn(0xd800, 0xdfff)) return true;
  const isTurning = code === 0x61c || isIn(0x200e, 0x200f) || isIn(0x202a, 0x202e) || isIn(0x2066, 0x2069);
  return isIn(0, 0x1f) || isIn(0x7f, 0x9f) || isTurning || isIn(0x2028, 0x2029);
}

test("what a terminal could take for a command is an escape: control characters, turned text, line separators", () => {
  assert.is(escapeControls("a\u001b[2J\u0007\r\n\u007f"), "a\\u001b[2J\\u0007\\u000d\\u000a\\u007f");
  assert.is(escapeControls("\u0080\u009b31m\u2028\u2029"), "\\u0080\\u009b31m\\u2028\\u2029");
  // gnp.exe, shown as exe.png
  assert.is(escapeControls("\u202egnp.exe\u2066\u200f\u061c"), "\\u202egnp.exe\\u2066\\u200f\\u061c");
});

test("what nobody sees is an escape, and half of a pair, so that names that look alike are alike", () => {
  assert.is(escapeControls("la\u200btest\ufeff\u00ad\u2063\u3164"), "la\\u200btest\\ufeff\\u00ad\\u2063\\u3164");
  assert.is(escapeControls("a\u{e0041}b"), "a\\udb40\\udc41b");
  assert.is(escapeControls("\ufff91\ufffa7\ufffb"), "\\ufff91\\ufffa7\\ufffb");
  assert.is(escapeControls("\ud800a\udc00"), "\\ud800a\\udc00");
});

test("JSON stays JSON of the same value", () => {
  const property = fc.property(fc.json({ stringUnit: "binary" }), fc.string({ unit: "binary" }), (text, more) => {
    for (const json of [text, JSON.stringify([more, { [more]: more }])]) {
      const shown = escapeControls(json);
      assert.ok(![...shown].some(isControl), shown);
      assert.equal(JSON.parse(shown), JSON.parse(json));
    }
  });
  fc.assert(property);
});

test("everything else stays: letters of any script, emoji, accents", () => {
  for (const text of [
    "digit.png",
    "Ziffer 7 ü",
    "数字.png",
    "👩‍🔬",
    "e\u0301",
    "نمی\u200cخواهم",
    "❤\ufe0f",
    "\ue0b0",
    "",
    " ",
  ])
    assert.is(escapeControls(text), text);
});

test("whatever the text, what is left is one line without control characters", () => {
  const property = fc.property(fc.string({ unit: "binary" }), (text) => {
    const shown = escapeControls(text);
    assert.ok(![...shown].some(isControl), JSON.stringify(shown));
    assert.is(escapeControls(shown), shown);
  });
  fc.assert(property);
});

test("a plain name is shown as it is, any other as JSON on one line, cut short", () => {
  assert.is(printableName("conv1.weight"), "conv1.weight");
  assert.is(printableName("a b"), '"a b"');
  assert.is(printableName("\u202ex"), '"\\u202ex"');
  assert.is(printable("\u009b\n\u2028"), '"\\u009b\\n\\u2028"');
  assert.is(printable(undefined), "undefined");
  assert.is(printable("x".repeat(200)).length, 81);
  assert.is(printable(`${"x".repeat(78)}😀😀`), `"${"x".repeat(78)}…`);
});

test.run();
