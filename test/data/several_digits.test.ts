// Pictures of several digits: in reading order, each with its box, touching ones taken apart.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digitInk } from "../../bench/pictures/digit_ink.ts";
import { grey, Paper } from "../../bench/pictures/paper.ts";
import { randomOf } from "../../bench/pictures/random.ts";
import { loadMnistTest } from "../../data/index.node.ts";
import { mayBeSeveral, namingWayToAll, preprocessDigit, preprocessDigits, readingLines } from "../../data/index.ts";
import { Classifier } from "../../models/index.ts";
import { noise, paint } from "../support/picture.ts";
import { shippedModel } from "../support/shipped_model.ts";

const test = suite("several digits");

const classifier = new Classifier(shippedModel("cnn").network);
const { images, labels } = (await loadMnistTest({ source: "sample" })).test;

/** The k-th of MNIST's test digits of this class that is read right as it is. */
function digit(label: number, k = 0): Uint8Array {
  for (let i = 0; ; i++) {
    const image = images.data.slice(784 * i, 784 * (i + 1)) as Uint8Array;
    if (labels.data[i] === label && classifier.read(image).digit === label && k-- === 0) return image;
  }
}

function read(paper: Paper): string {
  return classifier
    .readAll(preprocessDigits(paper.picture()))
    .map((each) => each.digit)
    .join("");
}

test("a handwritten postcode is read from left to right, each digit with its box", () => {
  const random = randomOf("postcode");
  const paper = new Paper(560, 140, grey(0.94));
  for (const [k, label] of [9, 0, 2, 1, 7].entries()) {
    paper.put(grey(0.15), digitInk(digit(label, k), { left: 20 + 105 * k, top: 15 + 10 * random(), size: 105 }));
  }
  const answers = classifier.readAll(preprocessDigits(paper.picture()));
  assert.is(answers.map((each) => each.digit).join(""), "90217");
  for (const [k, { box, confidence, pixels }] of answers.entries()) {
    assert.ok(box.left >= 20 + 105 * k && box.left + box.width <= 20 + 105 * (k + 1), `${k}: ${JSON.stringify(box)}`);
    assert.ok(box.top > 10 && box.top + box.height < 135 && box.height > 40);
    assert.ok(confidence > 0.5);
    assert.is(pixels.length, 784);
  }
});

test("a sheet of twenty digits is read line by line, under light that falls from one side", () => {
  const random = randomOf("sheet");
  const paper = new Paper(700, 560, grey(0.94));
  let text = "";
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 5; column++) {
      const label = (7 * row + 3 * column) % 10;
      text += label;
      const place = { left: 20 + 135 * column + 15 * random(), top: 15 + 135 * row + 15 * random(), size: 110 };
      paper.put(grey(0.15), digitInk(digit(label, row), place));
    }
  }
  assert.is(read(paper), text);
  assert.is(read(paper.light((x) => 1 - (0.4 * x) / 700)), text);
});

test("digits one above the other are two, and so are two that touch", () => {
  const stacked = new Paper(200, 400, grey(1));
  stacked.put(grey(0), digitInk(digit(7), { left: 30, top: 20, size: 150 }));
  stacked.put(grey(0), digitInk(digit(2), { left: 30, top: 220, size: 150 }));
  assert.is(read(stacked), "72");
  const touching = new Paper(300, 240, grey(1));
  touching.put(grey(0), digitInk(digit(7), { left: 20, top: 40, size: 160 }));
  touching.put(grey(0), digitInk(digit(2), { left: 108, top: 40, size: 160 }));
  assert.is(read(touching), "72");
});

test("one digit is one, wide or in pieces, and a point or a dash between digits is none", () => {
  for (let label = 0; label < 10; label++) {
    const paper = new Paper(280, 280, grey(0.94)).put(
      grey(0.1),
      digitInk(digit(label, 2), { left: 40, top: 40, size: 200 }),
    );
    assert.is(read(paper), String(label));
  }
  const price = new Paper(420, 160, grey(1));
  for (const [k, label] of [4, 9, 5].entries()) {
    price.put(grey(0), digitInk(digit(label), { left: [10, 160, 270][k], top: 20, size: 110 }));
  }
  price.put(grey(0), (x, y) => (Math.hypot(x - 142, y - 112) < 6 ? 1 : 0));
  assert.is(read(price), "495");
});

/** In the order in which they are put, one beside the other or below. @returns the picture, and which has the most ink */
function pairOf(labels: readonly [number, number], isStacked: boolean): { paper: Paper; heaviest: number } {
  const paper = isStacked ? new Paper(180, 320, grey(1)) : new Paper(320, 180, grey(1));
  const images = labels.map((label) => digit(label));
  for (const [k, image] of images.entries()) {
    const [left, top] = isStacked ? [30, 20 + 140 * k] : [20 + 150 * k, 30];
    // In its own square: elsewhere its edges would darken the paper.
    const ink = digitInk(image, { left, top, size: 120 });
    paper.put(grey(0), (x, y) => (x >= left && x < left + 120 && y >= top && y < top + 120 ? ink(x, y) : 0));
  }
  const masses = images.map((image) => image.reduce((sum, value) => sum + value, 0));
  return { paper, heaviest: labels[masses[0] > masses[1] ? 0 : 1] };
}

test("where all are not asked for the digit with the most ink is read, beside another or above, and that is said", () => {
  const said = ["several separate marks; only the one with the most ink is read"];
  for (const labels of [
    [1, 0],
    [0, 1],
    [8, 1],
    [2, 5],
    [6, 7],
    [4, 0],
  ] as const) {
    for (const isStacked of [false, true]) {
      const { paper, heaviest } = pairOf(labels, isStacked);
      const { digit: read, warnings } = classifier.read(preprocessDigit(paper.picture()));
      assert.equal([read, warnings], [heaviest, said], `${labels}, ${isStacked ? "stacked" : "beside"}`);
      assert.ok(mayBeSeveral(warnings));
    }
  }
  // Under uneven light it is searched for, and the same holds.
  const { paper, heaviest } = pairOf([1, 8], false);
  const { digit: read, warnings } = classifier.read(preprocessDigit(paper.light((x) => 1 - x / 800).picture()));
  assert.equal([read, warnings], [heaviest, said]);
});

test("the pieces of one digit are read together, where they read better so", () => {
  const five = new Paper(200, 240, grey(1));
  const square = (left: number, top: number, width: number, height: number) => (x: number, y: number) =>
    x >= left && x < left + width && y >= top && y < top + height ? 1 : 0;
  // A five with its hat far off.
  five.put(grey(0), square(95, 20, 75, 14));
  five.put(grey(0), square(50, 50, 14, 70));
  five.put(grey(0), (x, y) => {
    const distance = Math.hypot(x - 75, y - 155);
    return distance > 43 && distance < 57 && (x > 64 || y > 180) ? 1 : 0;
  });
  assert.is(classifier.read(preprocessDigit(five.picture())).digit, 5);
});

test("a program adds how it reads all to what says that there may be several, and to nothing else", () => {
  const warnings = ["low contrast", "wider than high; is there more than one digit?"];
  assert.equal(namingWayToAll(warnings, "--all reads every digit"), [
    "low contrast",
    "wider than high; is there more than one digit? --all reads every digit",
  ]);
  assert.equal([mayBeSeveral(warnings), mayBeSeveral(warnings.slice(0, 1))], [true, false]);
});

test("lines are those that the digits stand in", () => {
  const at = (left: number) => ({ box: { left, top: 0, width: 9, height: 9 } });
  assert.equal(
    readingLines([5, 20, 40, 3, 18].map(at)).map((line) => line.map(({ box }) => box.left)),
    [
      [5, 20, 40],
      [3, 18],
    ],
  );
  assert.equal(readingLines([]), []);
});

test("nothing written is nothing found, on clean paper and on noisy", () => {
  const gauss = noise(5);
  const blanks = [
    paint(200, 100, () => 255),
    paint(300, 300, () => Math.min(255, Math.max(0, 200 + 8 * gauss()))),
    paint(1, 1, () => 0),
  ];
  for (const blank of blanks) assert.equal(classifier.readAll(preprocessDigits(blank)), []);
});

test("on a very large picture boxes are in its own pixels", () => {
  const paper = new Paper(2400, 1200, grey(0.94));
  paper.put(grey(0.1), digitInk(digit(3), { left: 300, top: 200, size: 700 }));
  paper.put(grey(0.1), digitInk(digit(8), { left: 1400, top: 200, size: 700 }));
  const answers = classifier.readAll(preprocessDigits(paper.picture()));
  assert.equal(
    answers.map((each) => each.digit),
    [3, 8],
  );
  for (const [k, { box }] of answers.entries()) {
    const [left, top] = [[300, 1400][k], 200];
    assert.ok(box.left > left && box.left + box.width < left + 700, JSON.stringify(box));
    assert.ok(box.top > top && box.top + box.height < top + 700, JSON.stringify(box));
    assert.ok(box.height > 400);
  }
});

test.run();
