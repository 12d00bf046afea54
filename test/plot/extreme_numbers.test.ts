// Whatever numbers the pictures are given, they are drawn with finite coordinates or refused in one line, and soon.

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type DataError, OptionError, SimdgradError, tensor, zeros } from "../../lib/index.ts";
import { comparisonSvg, confusionSvg, contactSheet, curvesSvg, worstMistakes } from "../../lib/plot/index.ts";
import { parseXml } from "../support/parse_xml.ts";

const test = suite("pictures of extreme numbers");

/** Of what takes milliseconds; an endless loop would never end. */
const DEADLINE_MS = 10_000;
const { NaN: NAN, POSITIVE_INFINITY: INFINITY, MAX_VALUE } = Number;
const EXTREMES = [
  NAN,
  INFINITY,
  -INFINITY,
  0,
  -0,
  5e-324,
  1e-320,
  -1e-310,
  1e-100,
  1e100,
  9.9e99,
  1e308,
  MAX_VALUE,
  -1e308,
];
const COUNTS = [1, 2, 3, 0.5, -1, 1e9, 1e9 + 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53];
const number = fc.oneof(fc.constantFrom(...EXTREMES, ...COUNTS), fc.double());

const report = (epoch: number) => ({
  ...{ epoch, trainLoss: 0.5, trainAccuracy: 0.9, validationLoss: 0.4, validationAccuracy: 0.9 },
  ...{ seconds: 1, samplesPerSecond: 10, learningRate: 0.1 },
});
const step = (epoch: number, n: number) => ({ epoch, step: n, stepsPerEpoch: 8, loss: 1 / n, learningRate: 0.1 });
const history = () => ({ epochs: [1, 2, 3].map(report), best: report(2), kept: report(3) });
const mistake = (index: number) => ({ index, label: 1, predicted: 0, confidence: 0.5, loss: 1 });

interface Picture {
  args(): unknown[];
  // biome-ignore lint/suspicious/noExplicitAny: the arguments are wrong on purpose
  draw(...args: any[]): unknown;
}

const PICTURES: Readonly<Record<string, Picture>> = {
  "curvesSvg of epochs": { args: () => [history(), {}], draw: curvesSvg },
  "curvesSvg of epochs and steps": {
    args: () => [history(), { steps: [step(1, 1), step(1, 2), step(4, 1)] }],
    draw: curvesSvg,
  },
  "curvesSvg of steps": {
    args: () => [
      { epochs: [], best: null },
      { steps: [step(1, 1), { epoch: 1, step: 2, loss: 3, learningRate: 0.1 }] },
    ],
    draw: curvesSvg,
  },
  comparisonSvg: {
    args: () => [["s", "B", "%", ""].map((unit) => [1, 2, unit])],
    draw: (rows: [number, number, string][]) =>
      comparisonSvg({
        title: "t",
        measures: rows.map(([, , unit], i) => ({ key: String(i), unit, better: i > 1 ? "lower" : "higher" })),
        entries: [0, 1].map((e) => ({
          name: `${e}`,
          values: Object.fromEntries(rows.map((row, i) => [i, Number(row[e])])),
        })),
      }),
  },
  confusionSvg: { args: () => [[[1, 2], [0, 3]]], draw: (counts) => confusionSvg(counts, ["a", "b"]) }, // biome-ignore format: one line
  contactSheet: {
    args: () => [[mistake(0), mistake(1)], { columns: 1, scale: 2 }],
    draw: (...args: [never, never]) => contactSheet(zeros([2, 2, 2], "u8"), ...args),
  },
  worstMistakes: {
    args: () => [[[1, 2], [3, 0]], { count: 2 }], // biome-ignore format: one line
    draw: (scores, options) => worstMistakes(tensor(scores as number[]), tensor([0, 1], [2], "i32"), options),
  },
};

type Path = readonly (string | number)[];

function numbersIn(value: unknown, path: Path = []): Path[] {
  if (typeof value === "number") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => numbersIn(part, [...path, key]));
}

function put(args: unknown[], path: Path, value: number): void {
  const parent = path.slice(0, -1).reduce((at, key) => Reflect.get(Object(at), key), args as unknown);
  Reflect.set(Object(parent), path[path.length - 1], value);
}

for (const [name, { args, draw }] of Object.entries(PICTURES)) {
  const places = numbersIn(args());
  test(`${name}: any numbers in any places`, () => {
    const change = fc.tuple(fc.constantFrom(...places), number);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = args();
        for (const [path, value] of changes) put(changed, path, value);
        const begun = performance.now();
        try {
          const picture = draw(...changed);
          if (typeof picture === "string") assert.equal(faultsOf(picture), []);
        } catch (error) {
          if (!(error instanceof SimdgradError)) throw error;
        }
        assert.ok(performance.now() - begun < DEADLINE_MS, JSON.stringify(changes));
      }),
      { numRuns: 150, seed: 3 },
    );
  });
}

/** Of a picture that a browser could not draw. */
function faultsOf(svg: string): string[] {
  parseXml(svg);
  const drawn = svg.replace(/<(title|desc)>[^<]*/g, "").replace(/>[^<]*</g, "><");
  return drawn.match(/.{0,40}(NaN|Infinity|undefined).{0,20}/g) ?? [];
}

test("a step's place is bounded, since ticks go as far", () => {
  const draw = (more: object) => () => curvesSvg({ epochs: [], best: null }, { steps: [{ ...step(1, 1), ...more }] });
  const refused: [object, RegExp][] = [
    [{ stepsPerEpoch: 0 }, /^curvesSvg: steps\[0\]\.stepsPerEpoch must be a number from 1 to 10\^9; got 0\.$/],
    [{ stepsPerEpoch: 5e-324 }, /stepsPerEpoch .* got 5e-324/],
    [{ stepsPerEpoch: NAN }, /stepsPerEpoch .* got NaN/],
    [{ stepsPerEpoch: INFINITY }, /stepsPerEpoch .* got Infinity/],
    [{ step: INFINITY }, /steps\[0\]\.step must be a number from 0 to 10\^9; got Infinity/],
    [{ epoch: -1e308 }, /steps\[0\]\.epoch .* got -1e\+308/],
    [{ epoch: 2.3e41 }, /epoch .* got 2\.3e\+41/],
  ];
  for (const [more, text] of refused) {
    assert.throws(draw(more), (error: unknown) => error instanceof OptionError && text.test(error.message));
  }
  const far = report(2 ** 40);
  assert.throws(
    () => curvesSvg({ epochs: [far], best: far }),
    /history\.epochs\[0\]\.epoch must be an integer from 0 to/,
  );
});

test("what nobody could read is refused before it is measured", () => {
  const begun = performance.now();
  const entries = new Array(200_000).fill({ name: "n", values: { a: 1 } });
  const wide = Array.from({ length: 1001 }, () => new Array(1001).fill(0));
  const refuses = (call: () => unknown, text: RegExp) =>
    assert.throws(call, (error: unknown) => text.test((error as DataError).message));
  refuses(
    () => comparisonSvg({ title: "t", measures: [{ key: "a" }], entries }),
    /^comparisonSvg: at most 1000 .* got 1 and 200000\./,
  );
  refuses(() => confusionSvg(wide, wide.map(String)), /^confusionSvg: at most 1000 classes fit; got 1001\.$/);
  refuses(() => confusionSvg([[1]], new Array(2 ** 32 - 1)), /classes must be an array of strings/);
  refuses(() => confusionSvg([new Array(2 ** 32 - 1)], ["a"]), /confusion\[0\] must be an array of numbers/);
  const many = new Array(200_000).fill(mistake(0));
  refuses(() => contactSheet(zeros([1, 28, 28], "u8"), many, { scale: 8 }), /^contactSheet: the sheet would be /);
  const svg = curvesSvg(history(), { title: "a ".repeat(1e5), subtitle: "ß".repeat(1e5) });
  assert.ok(svg.length < 4e5);
  assert.ok(performance.now() - begun < DEADLINE_MS);
});

test.run();
