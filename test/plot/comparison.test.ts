import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/base/errors.ts";
import { type Comparison, comparisonSvg } from "../../lib/plot/comparison.ts";
import { LIGHT } from "../../lib/plot/palette.ts";
import { elementsOf, parseXml, textOf } from "../support/parse_xml.ts";
import { layoutFaults } from "../support/svg_layout.ts";

const test = suite("comparisonSvg");

const TWO: Comparison = {
  title: "Two models",
  measures: [
    { key: "error", label: "Error rate", unit: "%", better: "lower" },
    { key: "speed", label: "Images a second", better: "higher" },
    { key: "size", unit: "B" },
  ],
  entries: [
    { name: "linear", values: { error: 8, speed: 1000, size: 31640 } },
    { name: "cnn", values: { error: 0.5, speed: 250, size: 411000 } },
  ],
};

const texts = (svg: string): string[] => elementsOf(parseXml(svg), "text").map(textOf);
/** Each measure's bars, by their widths: paper and axes left out. */
const bars = (svg: string) => elementsOf(parseXml(svg), "rect").filter(({ attributes }) => attributes.rx !== undefined);

test("a measure's format writes its values in place of number and unit", () => {
  const svg = comparisonSvg({
    title: "Times",
    measures: [{ key: "t", unit: "s", format: (value) => `${value} heartbeats`, better: "lower" }],
    entries: [
      { name: "a", values: { t: 75 } },
      { name: "b", values: { t: null } },
    ],
  });
  assert.ok(svg.includes(">75 heartbeats<") && svg.includes(">–<"), svg);
});

test("each value is written with its unit, each measure with its name and which way is better", () => {
  const found = texts(comparisonSvg(TWO));
  for (const text of [
    "Error rate",
    "lower is better",
    "higher is better",
    "size",
    "8.00 %",
    "0.50 %",
    "411 kB",
    "1,000",
  ]) {
    assert.ok(found.includes(text), text);
  }
});

test("bars are proportional to their values, and blue for the best where there is one", () => {
  const drawn = bars(comparisonSvg(TWO)).map(({ attributes }) => ({
    width: Number(attributes.width),
    isBlue: attributes.fill === LIGHT.blue,
  }));
  assert.equal(
    drawn.map(({ isBlue }) => isBlue),
    [false, true, true, false, false, false],
  );
  const ratio = (i: number): number => drawn[i + 1].width / drawn[i].width;
  // Widths of some hundred pixels, each rounded to a hundredth.
  for (const [i, expected] of [
    [0, 0.5 / 8],
    [2, 0.25],
  ] as const)
    assert.ok(Math.abs(ratio(i) - expected) < 2e-4);
});

test("what is missing, null or not finite is a dash, and never the best", () => {
  const svg = comparisonSvg({
    title: "",
    measures: [{ key: "a", better: "lower" }, { key: "toString" }],
    entries: [Number.NaN, null, undefined, 3, 1 / 0].map((a, i) => ({ name: `${i}`, values: { a } })),
  });
  assert.is(texts(svg).filter((text) => text === "–").length, 9);
  assert.equal(
    bars(svg).map(({ attributes }) => attributes.fill === LIGHT.blue),
    [false, false, false, true, false, ...new Array(5).fill(false)],
  );
  assert.not.match(svg, /NaN|Infinity/);
});

test("zeros have no bar, and equal ones are equally good", () => {
  const svg = comparisonSvg({
    title: "",
    measures: [{ key: "a", unit: "s", better: "lower" }],
    entries: [
      { name: "x", values: { a: 0 } },
      { name: "y", values: { a: 0 } },
    ],
  });
  assert.is(texts(svg).filter((text) => text === "0 s").length, 2);
  assert.equal(
    bars(svg).map(({ attributes }) => [attributes.width, attributes.fill]),
    new Array(2).fill(["0", LIGHT.blue]),
  );
});

for (const measures of [1, 2, 3, 5, 8]) {
  for (const entries of [1, 2, 12]) {
    test(`${measures} measures of ${entries} entries: no text is cut off or covered`, () => {
      const keys = Array.from({ length: measures }, (_, i) => `measure ${i} <&> ${"long ".repeat(i * 4)}`);
      const svg = comparisonSvg({
        title: "& ".repeat(200),
        subtitle: "< ".repeat(300),
        measures: keys.map((key, i) => ({ key, unit: ["%", "s", "B", ""][i % 4], better: "lower" })),
        entries: Array.from({ length: entries }, (_, e) => ({
          name: `entry ${e} ${"with a long name ".repeat(e)}`,
          values: Object.fromEntries(keys.map((key, i) => [key, (e + 1) ** 5 * 10 ** (i - 4)])),
        })),
      });
      assert.equal(layoutFaults(svg), []);
    });
  }
}

test("the same values give the same text", () => {
  assert.is(comparisonSvg(TWO), comparisonSvg(structuredClone(TWO)));
});

test("nothing to draw and bars below 0 are refused", () => {
  const refuses = (comparison: Comparison, text: RegExp) =>
    assert.throws(
      () => comparisonSvg(comparison),
      (error: Error) => error instanceof DataError && text.test(error.message),
    );
  refuses({ ...TWO, measures: [] }, /got 0 measures of 2 entries/);
  refuses({ ...TWO, entries: [] }, /got 3 measures of 0 entries/);
  refuses({ ...TWO, entries: [{ name: "x", values: { error: -1 } }] }, /error of x is -1/);
});

test.run();
