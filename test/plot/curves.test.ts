import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError } from "../../lib/base/errors.ts";
import { accuracyAxis, lossAxis } from "../../lib/plot/curve_axes.ts";
import type { StepPoint } from "../../lib/plot/curve_series.ts";
import { curvesSvg } from "../../lib/plot/curves.ts";
import { LIGHT } from "../../lib/plot/palette.ts";
import { type EpochReport, type History, isBetter } from "../../lib/train/history.ts";
import { elementsOf, parseXml, textOf, type XmlElement } from "../support/parse_xml.ts";
import { layoutFaults } from "../support/svg_layout.ts";

const test = suite("curvesSvg");

/** A run as they go: losses fall, accuracies rise, the validation's best before the end. */
function run(epochs: number, change: (report: EpochReport) => Partial<EpochReport> = () => ({})): History {
  const reports = Array.from({ length: epochs }, (_, i): EpochReport => {
    const report = {
      epoch: i + 1,
      trainLoss: 0.4 / (i + 1),
      trainAccuracy: 1 - 0.08 / (i + 1),
      validationLoss: 0.05 + 0.1 / (i + 1) + 0.0002 * i,
      validationAccuracy: 0.99 - 0.03 / (i + 1) + (i % 3) / 5000,
      seconds: 1,
      samplesPerSecond: 60000,
      learningRate: 1e-3 * (1 - i / epochs),
    };
    return { ...report, ...change(report) };
  });
  let best: EpochReport | null = null;
  for (const report of reports) if (isBetter(report, best)) best = report;
  return { epochs: reports, best, kept: best, stopped: null };
}

function stepsOf(epochs: number, perEpoch: number): Required<StepPoint>[] {
  return Array.from({ length: epochs * perEpoch }, (_, i) => ({
    epoch: Math.floor(i / perEpoch) + 1,
    step: (i % perEpoch) + 1,
    stepsPerEpoch: perEpoch,
    loss: 2.3 / (1 + i / 20) + ((i * 7919) % 100) / 1000,
    learningRate: 1e-3 * Math.min(1, (i + 1) / perEpoch),
  }));
}

const texts = (svg: string): string[] => elementsOf(parseXml(svg), "text").map(textOf);
const circles = (svg: string, colour: "blue" | "orange"): XmlElement[] =>
  elementsOf(parseXml(svg), "circle").filter(({ attributes: { fill, stroke } }) =>
    [fill, stroke].includes(LIGHT[colour]),
  );
/** The lines that training and validation draw, the faint one of single steps left out. */
const lines = (svg: string, colour: "blue" | "orange"): string[] =>
  elementsOf(parseXml(svg), "path")
    .filter(({ attributes }) => attributes.stroke === LIGHT[colour] && attributes["stroke-linejoin"])
    .filter(({ attributes }) => attributes["stroke-opacity"] === undefined)
    .map(({ attributes }) => attributes.d);

const LONG =
  "<b>&\"'\u0000 a title of a user, who put into it whatever he liked, and a great deal more than fits ".repeat(2);

for (const epochs of [1, 2, 3, 8, 40, 100, 1000]) {
  for (const perEpoch of [0, 1, 938]) {
    if (epochs * perEpoch > 100_000) continue;
    test(`${epochs} epochs of ${perEpoch} reported steps: no text is cut off or covered`, () => {
      const options = { title: LONG, subtitle: LONG, steps: stepsOf(epochs, perEpoch) };
      assert.equal(layoutFaults(curvesSvg(run(epochs), options)), []);
      assert.equal(layoutFaults(curvesSvg(run(epochs))), []);
      for (const width of [280, 340, 519, 520, 1400]) {
        assert.equal(layoutFaults(curvesSvg(run(epochs), { ...options, width })), [], `${width} wide`);
      }
    });
  }
}

test("the same history gives the same text, and run.json's copy of it too", () => {
  const history = run(9, ({ epoch }) => (epoch === 4 ? { validationLoss: Number.NaN } : {}));
  const options = { steps: stepsOf(9, 20), title: "a" };
  const copy = JSON.parse(JSON.stringify({ history, options })) as { history: History; options: typeof options };
  assert.is(curvesSvg(copy.history, copy.options), curvesSvg(history, options));
});

test("each epoch is a dot in the two upper panels, the one that was kept a ring, at the height of its value", () => {
  const history = run(8, ({ epoch }) => ({ validationAccuracy: epoch === 6 ? 0.995 : 0.98 + epoch / 1000 }));
  const svg = curvesSvg(history);
  const dots = circles(svg, "orange");
  assert.is(dots.length, 16);
  const rings = dots.filter(({ attributes }) => attributes.stroke === LIGHT.orange);
  const x = dots.map(({ attributes }) => Number(attributes.cx));
  assert.equal(
    rings.map(({ attributes }) => x.indexOf(Number(attributes.cx))),
    new Array(2).fill((history.kept?.epoch ?? 0) - 1),
  );
  // Accuracies: a linear axis, so heights are proportional to differences of values.
  const heights = dots.slice(8).map(({ attributes }) => Number(attributes.cy));
  const values = history.epochs.map(({ validationAccuracy }) => validationAccuracy);
  const slope = (heights[7] - heights[0]) / (values[7] - values[0]);
  assert.ok(slope < 0);
  values.forEach((value, i) => {
    const expected = heights[0] + slope * (value - values[0]);
    // Each height is rounded to a hundredth; the slope comes of two of them.
    assert.ok(Math.abs(heights[i] - expected) <= 0.02, `${heights[i]}, not ${expected}`);
  });
});

test("a narrow picture names its lines above them, and writes their last values alone behind them", () => {
  const found = texts(curvesSvg(run(3), { width: 340 }));
  for (const text of ["trainingvalidation", "97.33 %", "98.04 %"]) assert.ok(found.includes(text), text);
  assert.not.match(found.join("|"), "training 97.33 %");
});

test("the last values and the epoch that was kept are written out", () => {
  const found = texts(curvesSvg(run(3, () => ({ learningRate: 0.002 })))).join("|");
  for (const text of ["training 97.33 %", "validation 98.04 %", "training 0.133", "validation 0.0837", "0.002"]) {
    assert.match(found, text);
  }
  assert.match(found, "kept: epoch 3, 98.04 %");
  assert.not.match(found, "best");
});

/** Where the rings and dashed lines of all panels lie, in hundredths of a pixel. */
function marksOf(svg: string): { rings: number[]; dashes: number[] } {
  const rings = circles(svg, "orange").filter(({ attributes }) => attributes.stroke === LIGHT.orange);
  const dashes = elementsOf(parseXml(svg), "path").filter(({ attributes }) => attributes["stroke-dasharray"]);
  return {
    rings: rings.map(({ attributes }) => Number(attributes.cx)),
    dashes: dashes.map(({ attributes }) => Number(/^M(\S+) /.exec(attributes.d)?.[1])),
  };
}

test("where the last epoch was kept it is marked, and the best is mentioned", () => {
  const accuracies = [0.1, 0.15, 0.214, 0.12, 0.124];
  const { epochs, best } = run(5, ({ epoch }) => ({ validationAccuracy: accuracies[epoch - 1] }));
  assert.is(best?.epoch, 3);
  const svg = curvesSvg({ epochs, best, kept: epochs[4] });
  const [x] = circles(svg, "orange").map(({ attributes }) => Number(attributes.cx)).slice(4, 5); // biome-ignore format: one line
  assert.equal(marksOf(svg), { rings: [x, x], dashes: [x, x, x] });
  assert.ok(texts(svg).includes("kept: epoch 5, 12.40 %best: epoch 3, 21.40 %"), texts(svg).join("|"));
  const [description] = elementsOf(parseXml(svg), "desc").map(textOf);
  assert.match(
    description,
    "Kept is epoch 5: 12.40 % of the validation set read correctly. The best is epoch 3: 21.40 %",
  );
});

test("without word of what was kept the best epoch is marked", () => {
  const { epochs } = run(5);
  const svg = curvesSvg({ epochs, best: epochs[2] });
  const x = Number(circles(svg, "orange")[2].attributes.cx);
  assert.equal(marksOf(svg), { rings: [x, x], dashes: [x, x, x] });
  assert.match(texts(svg).join("|"), /best: epoch 3, [\d.]+ %(\||$)/);
  assert.not.match(svg, /kept/i);
});

test("a kept epoch whose accuracy is no number is named without it", () => {
  const { epochs, best } = run(3, ({ epoch }) => (epoch === 3 ? { validationAccuracy: Number.NaN } : {}));
  const svg = curvesSvg({ epochs, best, kept: epochs[2] });
  assert.ok(texts(svg).some((text) => /^kept: epoch 3best: epoch 2, /.test(text)));
  assert.not.match(svg, /NaN/);
});

for (const epochs of [2, 5, 1000]) {
  test(`${epochs} epochs: the label of the kept epoch stays in the picture wherever it lies`, () => {
    const history = run(epochs);
    const [first, last] = [history.epochs[0], history.epochs[epochs - 1]];
    assert.equal(layoutFaults(curvesSvg({ epochs: history.epochs, best: first })), []);
    assert.equal(layoutFaults(curvesSvg({ ...history, best: last, kept: first })), []);
    assert.equal(layoutFaults(curvesSvg({ ...history, best: first, kept: last })), []);
  });
}

test("a history without a best epoch has no mark", () => {
  const { epochs } = run(3);
  for (const svg of [curvesSvg({ epochs, best: null }), curvesSvg({ epochs, best: null, kept: null })]) {
    assert.not.match(svg, /best|kept/i);
    assert.equal(marksOf(svg), { rings: [], dashes: [] });
  }
});

test("what is not finite is a gap, with a cross where it begins, and no NaN reaches the picture", () => {
  const history = run(9, ({ epoch }) =>
    epoch === 4 || epoch === 5 ? { validationLoss: Number.NaN, trainLoss: Number.POSITIVE_INFINITY } : {},
  );
  const svg = curvesSvg(history);
  assert.not.match(svg, /NaN|Infinity|null|undefined/);
  assert.equal(
    lines(svg, "orange").map((d) => d.match(/M/g)?.length),
    [2, 1],
  );
  const crosses = elementsOf(parseXml(svg), "path").filter(({ attributes: { d } }) =>
    /^M\S+ \S+L\S+ \S+M\S+ \S+L\S+ \S+$/.test(d),
  );
  assert.equal(crosses.filter(({ attributes }) => attributes.stroke === LIGHT.orange).length, 1);
});

test("a history without one finite number still gives a picture", () => {
  const nothing = { trainLoss: Number.NaN, validationLoss: Number.NaN, trainAccuracy: Number.NaN };
  const svg = curvesSvg({
    ...run(3, () => ({ ...nothing, validationAccuracy: Number.NaN, learningRate: 1 / 0 })),
    best: null,
  });
  assert.not.match(svg, /NaN|Infinity|logarithmic/);
  assert.equal(layoutFaults(svg), []);
});

test("constant values are a horizontal line", () => {
  const flat = { trainLoss: 2.3, validationLoss: 2.3, trainAccuracy: 0.1, validationAccuracy: 0.1, learningRate: 1e-3 };
  const svg = curvesSvg(run(5, () => flat));
  assert.not.match(svg, /NaN|Infinity/);
  for (const d of lines(svg, "blue")) {
    const heights = new Set([...d.matchAll(/[ML]\S+ ([^ML]+)/g)].map(([, y]) => y));
    assert.is(heights.size, 1, d);
  }
  assert.equal(layoutFaults(svg), []);
});

test("with steps one epoch is a curve, over steps", () => {
  const svg = curvesSvg(run(1), { steps: stepsOf(1, 100) });
  assert.ok((lines(svg, "blue")[0].match(/L/g)?.length ?? 0) > 50);
  assert.ok(texts(svg).includes("step"));
  assert.ok(texts(svg).includes("100"));
  assert.ok(texts(curvesSvg(run(3), { steps: stepsOf(3, 100) })).includes("epoch"));
});

test("steps alone will do: of a first epoch that has not ended", () => {
  const svg = curvesSvg({ epochs: [], best: null }, { steps: stepsOf(1, 100).slice(0, 30) });
  assert.equal(layoutFaults(svg), []);
  assert.is(circles(svg, "orange").length, 0);
});

test("where steps say not how many an epoch has, it is the most there are", () => {
  const steps = stepsOf(3, 50);
  const without = steps.map(({ stepsPerEpoch: _, ...rest }) => rest);
  assert.is(curvesSvg(run(3), { steps: without }), curvesSvg(run(3), { steps }));
});

test("epochs whose steps were not kept show their own mean, and are joined", () => {
  const steps = stepsOf(4, 50).filter(({ epoch }) => epoch > 2);
  const [loss] = lines(curvesSvg(run(4), { steps }), "blue");
  const xs = [...loss.matchAll(/[ML](\S+) /g)].map(([, x]) => Number(x));
  // Four epochs span 548 pixels from 64 on: the middles of the first two, then the third's first step.
  assert.equal(xs.slice(0, 3), [64 + (548 * 0.5) / 4, 64 + (548 * 1.5) / 4, 64 + (548 * 2.02) / 4]);
  assert.is(xs.length, 2 + 100);
});

test("a hundred thousand steps take no more room than a screen can show", () => {
  const size = curvesSvg(run(100), { steps: stepsOf(100, 938) }).length;
  assert.ok(size < 60_000, `${size} bytes`);
});

test("the loss is logarithmic from a factor of 20 on, zeros or not", () => {
  const axis = (...ys: number[]) => lossAxis([{ name: "", colour: "blue", points: ys.map((y, x) => ({ x, y })) }]);
  assert.not(axis(2, 0.11).isLog);
  assert.ok(axis(2, 0.1).isLog);
  assert.ok(axis(2, 0.05, 0).isLog);
  assert.not(axis(2, -1).isLog, "a loss below 0 has no logarithm");
  assert.not(axis(0, 0).isLog);
  assert.is(axis(1, 1e-12).from, 1e-6, "one that is next to nothing is left out");
  assert.equal([axis(2, 0.5).from, axis(2, 1.5).from], [0, 1.5]);
});

test("a run that blows up shows where it began, however high its loss went", () => {
  for (const peak of [1e5, 1e6, 1e9, 1.77e11, 1e30, 1e90]) {
    const losses = [2.597, peak, peak / 3, 1e-3];
    const history = run(4, ({ epoch }) => ({
      ...{ validationLoss: losses[epoch - 1], trainLoss: losses[epoch - 1] },
      ...{ validationAccuracy: 0.5, trainAccuracy: 0.5 },
    }));
    const svg = curvesSvg(history);
    assert.is(circles(svg, "blue").length, 3 * 4, `${peak}: a dot for each epoch in each panel`);
    assert.equal(layoutFaults(svg), []);
    const steps = losses.map((loss, i) => ({ epoch: 1, step: i + 1, loss, learningRate: 1 }));
    const { from, to } = lossAxis([{ name: "", colour: "blue", points: losses.map((y, x) => ({ x, y })) }]);
    assert.ok(from <= 1e-3 && to >= peak, `${from} … ${to}`);
    assert.equal(layoutFaults(curvesSvg({ epochs: [], best: null }, { steps })), []);
  }
});

test("the accuracy's axis shows what the later epochs differ by, and never more than 100 %", () => {
  const axis = (...ys: number[]) => accuracyAxis([{ name: "", colour: "blue", points: ys.map((y, x) => ({ x, y })) }]);
  assert.is(axis(90, 98.1, 98.9, 99.2, 99.3, 99.4, 99.42, 99.4).from, 98.8, "the first two are left out");
  assert.is(axis(98.1, 98.3, 98.9, 99.2).from, 98, "nothing stands out");
  assert.is(axis(98, 98.5, 99, 99, 10, 99, 99, 99).from, 0, "a collapse is in sight");
  assert.is(axis(99.9, 100, 100, 100).to, 100);
  assert.ok(axis(99.42).to - axis(99.42).from >= 0.2);
  const said = texts(curvesSvg(run(20, ({ epoch }) => (epoch === 1 ? { trainAccuracy: 0.3 } : {})))).join("|");
  assert.match(said, "the first epochs lie below");
});

test("nothing at all is refused", () => {
  assert.throws(
    () => curvesSvg({ epochs: [], best: null }),
    (error: Error) => {
      return error instanceof DataError && /^curvesSvg: there is nothing to draw; /.test(error.message);
    },
  );
});

test.run();
