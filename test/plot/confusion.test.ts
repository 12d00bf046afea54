import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, ShapeError } from "../../lib/base/errors.ts";
import { confusionSvg } from "../../lib/plot/confusion.ts";
import { LIGHT } from "../../lib/plot/palette.ts";
import { elementsOf, parseXml, textOf } from "../support/parse_xml.ts";
import { layoutFaults } from "../support/svg_layout.ts";

const test = suite("confusionSvg");

const CONFUSION = [
  [998, 1, 1],
  [0, 90, 10],
  [0, 0, 1200],
];

interface Cell {
  readonly hint: string;
  readonly count: string;
  readonly colour: string;
  readonly tint: number;
}

function cells(svg: string): Cell[] {
  return elementsOf(parseXml(svg), "g").map((group) => ({
    hint: textOf(elementsOf(group, "title")[0]),
    count: elementsOf(group, "text").map(textOf).join(),
    colour: elementsOf(group, "rect")[0].attributes.fill,
    tint: Number(elementsOf(group, "rect")[0].attributes["fill-opacity"]),
  }));
}

const names = (n: number): string[] => Array.from({ length: n }, (_, c) => `${c}`);
const texts = (svg: string): string[] => elementsOf(parseXml(svg), "text").map(textOf);

test("every count above 0 is written, with what it means as a hint", () => {
  assert.equal(
    cells(confusionSvg(CONFUSION, ["cat", "dog", "owl"])).map(({ hint, count }) => [hint, count]),
    [
      ["cat read as cat: 998 of 1,000, 99.80 %", "998"],
      ["cat read as dog: 1 of 1,000, 0.10 %", "1"],
      ["cat read as owl: 1 of 1,000, 0.10 %", "1"],
      ["dog read as dog: 90 of 100, 90.00 %", "90"],
      ["dog read as owl: 10 of 100, 10.00 %", "10"],
      ["owl read as owl: 1,200 of 1,200, 100.00 %", "1,200"],
    ],
  );
});

test("accuracy, recall and precision stand beside it", () => {
  const found = texts(confusionSvg(CONFUSION, names(3), { subtitle: "seed 0" }));
  assert.ok(found.includes("99.48 % of 2,300 right, 12 mistakes · seed 0"));
  for (const recall of ["99.8 %", "90.0 %", "100.0 %"]) assert.ok(found.includes(recall), recall);
  for (const precision of ["100.0", "98.9", "99.1"]) assert.ok(found.includes(precision), precision);
});

test("right is blue and wrong is orange, the most frequent mistake and the best class strongest", () => {
  const [cat, one, , dog, ten, owl] = cells(confusionSvg(CONFUSION, names(3)));
  assert.equal(
    [cat, dog, owl].map(({ colour }) => colour),
    new Array(3).fill(LIGHT.blue),
  );
  assert.equal(
    [one, ten].map(({ colour }) => colour),
    new Array(2).fill(LIGHT.orange),
  );
  assert.ok(dog.tint < cat.tint && cat.tint < owl.tint);
  assert.is(ten.tint, owl.tint);
  // A hundredth of the most frequent mistake's share: a tenth of the way, by the root.
  assert.ok(Math.abs(one.tint - (dog.tint + (ten.tint - dog.tint) / 10)) <= 0.01, String(one.tint));
});

test("a class without images and one never read have dashes, a matrix without images too", () => {
  const found = texts(confusionSvg([[3, 0], [0, 0]], ["a", "b"])); // biome-ignore format: a matrix
  assert.is(found.filter((text) => text === "–").length, 2);
  const empty = confusionSvg([[0, 0], [0, 0]], ["a", "b"]); // biome-ignore format: a matrix
  assert.not.match(empty, /NaN|Infinity/);
  assert.is(cells(empty).length, 0);
});

test("a perfect matrix is blue, at full strength", () => {
  const tints = cells(confusionSvg([[3, 0], [0, 4]], ["a", "b"])).map(({ tint }) => tint); // biome-ignore format: a matrix
  assert.equal(tints, [0.5, 0.5]);
});

for (const n of [1, 2, 3, 10, 26, 100]) {
  for (const name of ["", "a class <&> with a long name, longer than there is room for"]) {
    test(`${n} classes called "${name}": no text is cut off or covered`, () => {
      const matrix = names(n).map((_, a) => names(n).map((_, p) => (a === p ? 1100 : (a * 31 + p * 17) % 9 ? 0 : 12)));
      const classes = names(n).map((c) => `${c}${name}`);
      assert.equal(layoutFaults(confusionSvg(matrix, classes, { title: name, subtitle: name })), []);
      assert.equal(layoutFaults(confusionSvg(matrix, classes)), []);
    });
  }
}

test("the same counts give the same text", () => {
  assert.is(confusionSvg(CONFUSION, names(3)), confusionSvg(structuredClone(CONFUSION), names(3)));
});

test("what is no confusion matrix is refused", () => {
  const refuses = (matrix: number[][], classes: string[], type: typeof DataError | typeof ShapeError, text: RegExp) =>
    assert.throws(
      () => confusionSvg(matrix, classes),
      (error: Error) => error instanceof type && text.test(error.message),
    );
  refuses([[1, 2], [3]], ["a", "b"], ShapeError, /is square/); // biome-ignore format: a matrix
  refuses([[1]], ["a", "b"], ShapeError, /confusionSvg: .*got 2 names for 1 rows/);
  refuses([], [], DataError, /has no class/);
  refuses([[-1]], ["a"], DataError, /got -1/);
  refuses([[0.5]], ["a"], DataError, /got 0.5/);
  refuses([[Number.NaN]], ["a"], DataError, /got NaN/);
});

test.run();
