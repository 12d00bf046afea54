import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { element, escapeXml, paint, svgDocument, textAt } from "../../lib/plot/svg.ts";
import { elementsOf, parseXml, textOf } from "../support/parse_xml.ts";

const test = suite("svg");

test("the strict reader refuses what is not well-formed", () => {
  for (const bad of [
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "text",
    "<a>&</a>",
    "<a>&nbsp;</a>",
    '<a b="<"/>',
    '<a b="1" b="2"/>',
    "<a b=1/>",
    "<a>\u0001</a>",
    "<a>\ud800</a>",
    "<a>1 < 2</a>",
    "",
  ]) {
    assert.throws(() => parseXml(bad), undefined, bad);
  }
  assert.equal(parseXml('<a b="&lt;"><c/>&amp;</a>'), {
    name: "a",
    attributes: { b: "<" },
    children: [{ name: "c", attributes: {}, children: [] }, "&"],
  });
});

test("any text comes back from content and from attributes, but for characters that XML has no way to write", () => {
  const anything = fc.string({
    unit: fc.oneof(fc.constantFrom(..."<>&\"'\u0000\u001b\ud800\ufffe\n\t]"), fc.string()),
  });
  fc.assert(
    fc.property(anything, (text) => {
      const root = parseXml(element("a", { b: text }, escapeXml(text)));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      const expected = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd");
      assert.is(textOf(root), expected);
      assert.is(root.attributes.b, expected);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("numbers are rounded to hundredths, and what is undefined is left out", () => {
  assert.is(element("a", { x: 1 / 3, y: -0.001, z: undefined, w: 2 }), '<a x="0.33" y="0" w="2"/>');
});

test("light colours are attributes, dark ones rules for the same classes", () => {
  const svg = svgDocument(
    { width: 9, height: 9, title: "<t>", description: "d" },
    textAt(1, 2, "ink"),
    element("rect", paint({ fill: "blue", stroke: "orange" })),
  );
  const root = parseXml(svg);
  const [style] = elementsOf(root, "style").map(textOf);
  assert.match(style, /^@media \(prefers-color-scheme:dark\)\{/);
  const painted = ["text", "rect"].flatMap((name) => elementsOf(root, name));
  assert.is(painted.length, 3);
  for (const { attributes } of painted) {
    assert.match(attributes.fill, /^#[0-9a-f]{6}$/);
    for (const name of attributes.class.split(" ")) assert.match(style, `.${name}{`);
  }
  assert.is(textOf(elementsOf(root, "title")[0]), "<t>");
});

test.run();
