import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { comparisonSvg, confusionSvg, curvesSvg } from "../../lib/plot/index.ts";
import { element, escapeXml, paint, svgDocument, textAt } from "../../lib/plot/svg.ts";
import { fitText } from "../../lib/plot/text_width.ts";
import { elementsOf, parseXml, textOf, type XmlElement } from "../support/parse_xml.ts";

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

test("whatever titles, names and units say, a picture has the same elements and attributes", () => {
  const shapes = (svg: string): string[] => {
    const list = (element: XmlElement): string[] => [
      // A long name stands upright.
      `${element.name} ${Object.keys(element.attributes).filter((name) => !/^(transform|text-anchor|dominant-baseline)$/.test(name))}`,
      ...element.children.flatMap((child) => (typeof child === "string" ? [] : list(child))),
    ];
    return list(parseXml(svg));
  };
  const report = { epoch: 1, trainLoss: 1, validationLoss: 1, validationAccuracy: 0.5, learningRate: 1, seconds: 1, samplesPerSecond: 1, trainAccuracy: 0.5 }; // biome-ignore format: one line
  const pictures = (text: string): string[] => [
    curvesSvg({ epochs: [report], best: report, kept: report }, { title: text, subtitle: text }),
    confusionSvg([[1, 2], [0, 1]], [text, text], { title: text, subtitle: text }), // biome-ignore format: a matrix
    comparisonSvg({
      ...{ title: text, subtitle: text },
      measures: [
        { key: text, label: text, unit: text, better: "lower" },
        { key: "b", format: () => text },
      ],
      entries: [{ name: text, values: { [text]: 1, b: 2 } }, { name: `${text}2`, values: { [text]: 3, b: 4 } }], // biome-ignore format: one line
    }),
  ];
  const expected = pictures("x").map(shapes);
  const hostile = ["</text><script>x()</script>", '" onload="x()', "' x='", "]]>", "<!--", "&lt;script>", "$&$`", "\0\ud800\uffff", "\u2028</title>", "constructor", "__proto__"]; // biome-ignore format: one line
  for (const text of hostile) assert.equal(pictures(text).map(shapes), expected, text);
});

test("a text that is far too long is cut at once", () => {
  const started = performance.now();
  assert.ok(fitText("i".repeat(1e6), 200, 12).length < 60);
  assert.ok(performance.now() - started < 2000);
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
