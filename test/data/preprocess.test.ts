import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnistTest } from "../../data/load_mnist.node.ts";
import { preprocessDigit } from "../../data/preprocess.ts";
import { OptionError } from "../../lib/base/errors.ts";
import type { Picture } from "../../lib/data/picture.ts";
import { inkAt, noise, paint } from "../support/picture.ts";

const test = suite("preprocessDigit");

/** Adds a thick antialiased line of ink, 0 … 255. */
function drawLine(ink: Float64Array, size: number, [x0, y0, x1, y1]: readonly number[], radius: number): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [dx, dy] = [x1 - x0, y1 - y0];
      const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
      const distance = Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
      ink[y * size + x] = Math.max(ink[y * size + x], 255 * Math.min(1, Math.max(0, radius + 0.5 - distance)));
    }
  }
}

/** A seven of two strokes in MNIST's form: found by preprocessing a drawing of 28 × 28. */
function seven(): Uint8Array {
  const ink = new Float64Array(784);
  drawLine(ink, 28, [8, 6, 20, 6], 1.3);
  drawLine(ink, 28, [20, 6, 13, 22], 1.3);
  return preprocessDigit(paint(28, 28, (x, y) => ink[y * 28 + x])).pixels;
}

const SEVEN = seven();

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}

function grey(digit: Uint8Array): Picture {
  return paint(28, 28, (x, y) => digit[y * 28 + x]);
}

/** Pictures of a digit, and how far the result may lie from it in the mean, of 255, for one drawing and for MNIST. */
const VARIANTS: { title: string; picture: (digit: Uint8Array) => Picture; bound: number; why: string }[] = [
  { title: "inverted", picture: (d) => paint(28, 28, (x, y) => 255 - d[y * 28 + x]), bound: 0, why: "exact" },
  {
    title: "shifted in a wider picture",
    picture: (d) => paint(60, 45, inkAt(d, 29, 3, 1)),
    bound: 0.3,
    why: "faint pixels at the edge may fall below the floor, 2.5 % of the peak",
  },
  {
    title: "ten times as large, with margins",
    picture: (d) => paint(400, 500, inkAt(d, 30, 150, 10)),
    bound: 0.3,
    why: "as above",
  },
  {
    title: "ten times as large, dark on white",
    picture: (d) => {
      const ink = inkAt(d, 90, 20, 10);
      return paint(400, 320, (x, y) => 255 - ink(x, y));
    },
    bound: 0.3,
    why: "as above",
  },
  {
    title: "dark grey on light grey",
    picture: (d) => {
      const ink = inkAt(d, 6, 6, 1);
      return paint(40, 40, (x, y) => 180 - (120 * ink(x, y)) / 255);
    },
    bound: 0.6,
    why: "120 steps stretched to 255: half a step of 2.1 where there is ink, a fifth of the pixels",
  },
  {
    title: "black on transparent",
    picture: (d) => paint(28, 28, (x, y) => [0, 0, 0, d[y * 28 + x]]),
    bound: 0,
    why: "exact",
  },
  {
    title: "white on transparent",
    picture: (d) => paint(28, 28, (x, y) => [255, 255, 255, d[y * 28 + x]]),
    bound: 0,
    why: "exact",
  },
  {
    title: "blue on transparent",
    picture: (d) => paint(28, 28, (x, y) => [30, 60, 160, d[y * 28 + x]]),
    bound: 0.2,
    why: "stretched, and rounded once more",
  },
  {
    title: "black on a white card with a transparent margin",
    picture: (d) => {
      const ink = inkAt(d, 16, 16, 1);
      const isCard = (v: number): boolean => v >= 16 && v < 44;
      return paint(60, 60, (x, y) => {
        const value = 255 - ink(x, y);
        return isCard(x) && isCard(y) ? [value, value, value, 255] : [0, 0, 0, 0];
      });
    },
    bound: 0.3,
    why: "faint pixels at the edge, as above",
  },
  {
    title: "with stray specks far away",
    picture: (d) => {
      const ink = inkAt(d, 70, 70, 5);
      return paint(280, 280, (x, y) =>
        Math.hypot(x - 18, y - 200) < 2 || Math.hypot(x - 260, y - 9) < 2 ? 255 : ink(x, y),
      );
    },
    bound: 0.3,
    why: "the specks leave no trace",
  },
  {
    title: "on noisy paper",
    picture: (d) => {
      const ink = inkAt(d, 70, 70, 5);
      const gauss = noise(3);
      return paint(280, 280, (x, y) => Math.min(255, Math.max(0, 210 - 0.7 * ink(x, y) + 8 * gauss())));
    },
    bound: 5,
    why: "what is fainter than a fifth of the peak is lost, which may move an edge by a pixel of 20",
  },
  {
    title: "in light that falls from one side",
    picture: (d) => {
      const ink = inkAt(d, 70, 70, 5);
      const gauss = noise(4);
      return paint(280, 280, (x, y) => (140 + 0.3 * x + 0.05 * y) * (1 - (0.8 * ink(x, y)) / 255) + 3 * gauss());
    },
    bound: 8,
    why: "as above, and ink reflects in proportion to the light, so that its depth varies by 40 %",
  },
];

for (const { title, picture, bound, why } of VARIANTS) {
  test(`a digit ${title} gives the same picture to ${bound} of 255 in the mean (${why})`, () => {
    const { pixels, isBlank, warnings } = preprocessDigit(picture(SEVEN));
    assert.is(isBlank, false);
    assert.equal(warnings, []);
    const difference = meanDifference(pixels, SEVEN);
    assert.ok(difference <= bound, `mean difference ${difference}`);
  });
}

test("what is in MNIST's form already comes out as it went in", () => {
  assert.equal(preprocessDigit(grey(SEVEN)).pixels, SEVEN);
});

test("the longer side becomes 20 pixels, the centre of mass index 14", () => {
  for (const size of [40, 97, 300]) {
    const ink = new Float64Array(size * size);
    drawLine(ink, size, [0.2 * size, 0.3 * size, 0.5 * size, 0.4 * size], 0.03 * size);
    drawLine(ink, size, [0.5 * size, 0.4 * size, 0.45 * size, 0.9 * size], 0.03 * size);
    const { pixels } = preprocessDigit(paint(size, size, (x, y) => ink[y * size + x]));
    const rows = Array.from({ length: 28 }, (_, y) => pixels.subarray(28 * y, 28 * y + 28).some((v) => v > 0));
    assert.is(rows.lastIndexOf(true) - rows.indexOf(true) + 1, 20);
    const mass = pixels.reduce((sum, v) => sum + v, 0);
    const centreOf = (coordinate: (i: number) => number): number =>
      Math.round(pixels.reduce((sum, v, i) => sum + v * coordinate(i), 0) / mass);
    assert.equal([centreOf((i) => i % 28), centreOf((i) => Math.floor(i / 28))], [14, 14]);
    assert.is(Math.max(...pixels), 255);
  }
});

test("a picture with nothing on it is blank", () => {
  const gauss = noise(1);
  const blanks = {
    white: paint(100, 80, () => 255),
    black: paint(28, 28, () => 0),
    "one pixel": paint(1, 1, () => 99),
    transparent: paint(50, 50, () => [7, 7, 7, 0]),
    "noisy paper": paint(300, 300, () => Math.min(255, Math.max(0, 200 + 10 * gauss()))),
    "shaded paper": paint(200, 200, (x, y) => 100 + 0.4 * x + 0.1 * y),
    "a speck": paint(300, 300, (x, y) => (x >> 1 === 70 && y >> 1 === 60 ? 0 : 255)),
    "nearly white": paint(60, 60, (x) => (x % 7 === 3 ? 250 : 255)),
  };
  for (const [name, picture] of Object.entries(blanks)) {
    const { isBlank, pixels, warnings } = preprocessDigit(picture);
    assert.is(isBlank, true, name);
    assert.equal(warnings, []);
    assert.is(Math.max(...pixels), 0);
  }
});

test("a broken stroke stays whole: hats and pieces belong to the digit", () => {
  // A five: hat, gap, belly in two pieces.
  const ink = new Float64Array(100 * 100);
  drawLine(ink, 100, [45, 20, 75, 18], 3);
  drawLine(ink, 100, [36, 24, 34, 50], 3);
  drawLine(ink, 100, [40, 58, 62, 62], 3);
  drawLine(ink, 100, [62, 70, 30, 84], 3);
  const { pixels, warnings } = preprocessDigit(paint(100, 100, (x, y) => ink[y * 100 + x]));
  assert.equal(warnings, []);
  const columns = Array.from({ length: 28 }, (_, x) => pixels.some((v, i) => i % 28 === x && v > 0));
  const rows = Array.from({ length: 28 }, (_, y) => pixels.subarray(28 * y, 28 * y + 28).some((v) => v > 0));
  assert.is(
    rows.filter(Boolean).length,
    20 - rows.slice(rows.indexOf(true), rows.lastIndexOf(true)).filter((v) => !v).length,
  );
  assert.ok(columns.lastIndexOf(true) - columns.indexOf(true) >= 13, "the hat reaches to the right");
});

test("what makes the reading doubtful is said", () => {
  const two = inkAt(SEVEN, 0, 10, 3);
  const other = inkAt(SEVEN, 80, 10, 3);
  const warnings = (picture: Picture) => preprocessDigit(picture).warnings.join("; ");
  assert.match(warnings(paint(170, 110, (x, y) => Math.max(two(x, y), other(x, y)))), "several separate marks");
  const below = inkAt(SEVEN, 10, 100, 3);
  assert.match(warnings(paint(110, 200, (x, y) => Math.max(two(x, y), below(x, y)))), "several separate marks");
  const touching = inkAt(SEVEN, 45, 10, 3);
  assert.match(warnings(paint(170, 110, (x, y) => Math.max(two(x, y), touching(x, y)))), "wider than high");
  assert.match(warnings(paint(60, 60, (x, y) => 200 - inkAt(SEVEN, 16, 16, 1)(x, y) / 8)), "low contrast");
  assert.match(warnings(paint(40, 60, (x, y) => inkAt(SEVEN, -8, 16, 2)(x, y))), "touches the border");
  assert.match(
    warnings(paint(60, 60, (x, y) => (x >= 20 && x < 22 && y >= 20 && y < 28 ? 255 : 0))),
    "the digit is only 8 pixels large",
  );
});

test("a large picture is read as well, and soon", () => {
  const picture = paint(3000, 2200, inkAt(SEVEN, 1500, 300, 40));
  const started = performance.now();
  const { pixels } = preprocessDigit(picture);
  assert.ok(performance.now() - started < 5000);
  assert.ok(meanDifference(pixels, SEVEN) < 2);
});

test("a picture whose sizes do not fit is refused", () => {
  for (const [width, height, length] of [
    [2, 2, 15],
    [0, 4, 0],
    [1.5, 2, 12],
    [Number.NaN, 1, 4],
  ]) {
    assert.throws(
      () => preprocessDigit({ width, height, data: new Uint8Array(length) }),
      (error: unknown) => error instanceof OptionError && error.message.startsWith("preprocessDigit: "),
    );
  }
});

test("whatever the picture, the result is 784 bytes, blank or with a digit in it", () => {
  const gauss = noise(9);
  for (let round = 0; round < 300; round++) {
    const width = 1 + (round % 37);
    const height = 1 + ((round * 7) % 31);
    const level = 40 * (round % 7);
    const spread = [0, 3, 30, 300][round % 4];
    const alpha = round % 5 === 0 ? 128 : 255;
    const { pixels, isBlank } = preprocessDigit(
      paint(width, height, () => {
        const value = Math.min(255, Math.max(0, level + spread * gauss()));
        return [value, value, 255 - value, alpha];
      }),
    );
    assert.is(pixels.length, 784);
    assert.is(isBlank, Math.max(...pixels) === 0);
  }
});

test("blots, bars and frames of every size, on pictures of a few pixels too, are read or blank", () => {
  for (let width = 29; width < 60; width += 6) {
    for (let height = 1; height < 40; height += 3) {
      for (const size of [2, 3, 5, 9, 17]) {
        const isBlot = (x: number, y: number): boolean => x < 0.6 * width && y % (2 * size) < size;
        const { pixels, isBlank } = preprocessDigit(paint(width, height, (x, y) => (isBlot(x, y) ? 20 : 230)));
        assert.is(isBlank, Math.max(...pixels) === 0, `${width} × ${height}, ${size}`);
      }
    }
  }
});

test("on at least 99 % of the real test pictures it is the identity", async () => {
  const { images } = (await loadMnistTest()).test;
  let same = 0;
  for (let i = 0; i < 10_000; i++) {
    const digit = images.data.slice(784 * i, 784 * (i + 1));
    const { pixels, isBlank } = preprocessDigit(grey(digit));
    assert.is(isBlank, false);
    if (pixels.every((value, at) => value === digit[at])) same++;
  }
  console.log(`\npreprocessDigit is the identity on ${same} of 10000 real test pictures`);
  assert.ok(same >= 9900);
});

test("real digits in every disguise give nearly the same picture", async () => {
  const { images } = (await loadMnistTest()).test;
  const lines: string[] = [];
  for (const { title, picture, bound } of VARIANTS) {
    let sum = 0;
    const count = 25;
    for (let i = 0; i < count; i++) {
      const digit = images.data.slice(784 * i, 784 * (i + 1));
      sum += meanDifference(preprocessDigit(picture(digit)).pixels, digit);
    }
    lines.push(`${title}: ${(sum / count).toFixed(2)}`);
    assert.ok(sum / count <= bound + 0.1, lines.at(-1));
  }
  console.log(`\nmean difference, of 255: ${lines.join(", ")}`);
});

test.run();
