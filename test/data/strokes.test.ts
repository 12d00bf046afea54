import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Drawing, PAPER_SIDE, PEN_WIDTH, type Point, pictureOf, preprocessDigit, smooth } from "../../data/index.ts";
import { OptionError } from "../../lib/index.ts";
import { Classifier } from "../../models/index.ts";
import { DIGIT_STROKES } from "../support/digit_strokes.ts";
import { refuses } from "../support/refuses.ts";
import { shippedModel } from "../support/shipped_model.ts";

const test = suite("strokes");

const point = (x: number, y: number): Point => ({ x, y });
/** Ink in all, in pixels. */
const inkOf = (strokes: Point[][]): number => {
  const { data } = pictureOf(strokes);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) sum += 1 - data[i] / 255;
  return sum;
};

function drawn(...strokes: Point[][]): Drawing {
  const drawing = new Drawing();
  for (const stroke of strokes) {
    for (const each of stroke) drawing.draw(each);
    drawing.lift();
  }
  return drawing;
}

test("strokes are taken back one by one, the last first", () => {
  const drawing = drawn([point(1, 1), point(2, 2)], [point(3, 3)]);
  assert.is(drawing.strokes.length, 2);
  drawing.undo();
  assert.equal(drawing.strokes, [[point(1, 1), point(2, 2)]]);
  drawing.undo();
  assert.ok(drawing.isEmpty && !drawing.canUndo);
  drawing.undo();
  assert.ok(drawing.isEmpty);
});

test("clearing is taken back as a whole", () => {
  const drawing = drawn([point(1, 1)], [point(2, 2)]);
  drawing.clear();
  assert.ok(drawing.isEmpty && drawing.canUndo);
  drawing.clear();
  drawing.undo();
  assert.equal(drawing.strokes, [[point(1, 1)], [point(2, 2)]]);
});

test("a stroke that is being drawn counts, and taking it back lifts the pen", () => {
  const drawing = new Drawing();
  drawing.draw(point(1, 1));
  assert.ok(drawing.isDrawing && !drawing.isEmpty && drawing.canUndo);
  drawing.undo();
  assert.ok(!drawing.isDrawing && drawing.isEmpty);
});

test("a smoothed stroke begins and ends where the pen did, and stays within its points", () => {
  const stroke = [point(10, 10), point(50, 10), point(50, 90), point(90, 90)];
  const line = smooth(stroke);
  assert.equal([line[0], line[line.length - 1]], [stroke[0], stroke[3]]);
  assert.ok(line.length > stroke.length);
  assert.ok(line.every(({ x, y }) => x >= 10 && x <= 90 && y >= 10 && y <= 90));
  assert.equal(smooth([point(1, 2)]), [point(1, 2)]);
});

test("a dot has the area of the pen, wherever it is; a line that of a box with round ends", () => {
  const dot = (Math.PI * PEN_WIDTH ** 2) / 4;
  // A pixel at the edge is off by 0.1 of itself at most, and the errors cancel but for a hundredth of the edge.
  const tolerance = 0.01 * Math.PI * PEN_WIDTH + 0.5;
  for (const at of [50, 50.25, 50.5, 50.8]) assert.ok(Math.abs(inkOf([[point(at, 70)]]) - dot) < tolerance);
  const line = inkOf([[point(40, 60), point(100, 60)]]);
  assert.ok(Math.abs(line - dot - 60 * PEN_WIDTH) < tolerance, `${line}`);
});

test("ink does not add up where strokes cross, and ends at the border", () => {
  const stroke = [point(40, 60), point(100, 60)];
  assert.is(inkOf([stroke, stroke]), inkOf([stroke]));
  assert.ok(inkOf([[point(0, PAPER_SIDE)]]) < (Math.PI * PEN_WIDTH ** 2) / 8);
  assert.is(inkOf([[point(-50, 2 * PAPER_SIDE)]]), 0);
});

test("a line is as wide as its points say, and changes evenly between them", () => {
  const wide = (x: number, width: number): Point => ({ x, y: 98, width });
  const tolerance = 0.01 * Math.PI * 40 + 0.5;
  for (const width of [4, 24, 40]) {
    const area = 100 * width + (Math.PI * width ** 2) / 4;
    const ink = inkOf([[wide(50, width), wide(150, width)]]);
    assert.ok(Math.abs(ink - area) < tolerance, `${width} wide: ${ink} for ${area}`);
  }
  assert.is(inkOf([[wide(50, PEN_WIDTH), wide(150, PEN_WIDTH)]]), inkOf([[point(50, 98), point(150, 98)]]));
  // A trapezium with half a disk at each end.
  const tapered = (100 * (8 + 32)) / 2 + (Math.PI * (8 ** 2 + 32 ** 2)) / 8;
  assert.ok(Math.abs(inkOf([[wide(50, 8), wide(150, 32)]]) - tapered) < tolerance);
});

test("a smoothed stroke keeps its widths, and has none where its points have none", () => {
  const line = smooth([10, 30, 20].map((width, i) => ({ ...point(20 * i, 0), width })));
  assert.equal([line[0].width, line[line.length - 1].width], [10, 20]);
  assert.ok(line.every(({ width = Number.NaN }) => width >= 10 && width <= 30));
  assert.ok(smooth([point(0, 0), point(5, 5), point(9, 0)]).every((each) => !("width" in each)));
});

test("a width that no pen has is refused", () => {
  for (const width of [-1, Number.NaN, PAPER_SIDE + 1, "16" as unknown as number]) {
    refuses(
      () => pictureOf([[{ ...point(1, 2), width }]]),
      OptionError,
      /^pictureOf: strokes\[0\]\[0\]\.width must be a number from 0 to 196; got /,
    );
  }
});

test("strokes that nobody drew are refused in the time that a drawing takes", () => {
  const crossing = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ x: i % 2 === 0 ? 0 : PAPER_SIDE, y: (i * 37) % PAPER_SIDE }));
  refuses(() => pictureOf([crossing(9000)]), OptionError, /cross the paper too often to be drawn; got 9000 points/);
  refuses(() => pictureOf([crossing(6000), crossing(6000)]), OptionError, /at most 10000 points are drawn; got 12000/);
  refuses(() => pictureOf([[{ x: 0, y: 2e9 }]]), OptionError, /at most 10⁹; got \(0, 2000000000\)/);
  const circling = Array.from({ length: 1000 }, (_, i) => ({
    x: 98 + 50 * Math.cos(i / 40),
    y: 98 + 50 * Math.sin(i / 40),
  }));
  assert.ok(!preprocessDigit(pictureOf([circling])).isBlank, "25 times around is drawn");
});

test("a coordinate that is no finite number is refused, with its value", () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => pictureOf([[point(1, 2), point(3, wrong)]]),
      (error: unknown) =>
        error instanceof OptionError &&
        error.message === `pictureOf: x and y of a point must be numbers of at most 10⁹; got (3, ${wrong}).`,
    );
  }
});

test("an empty square is blank, and drawn digits are read right", () => {
  assert.ok(preprocessDigit(pictureOf([])).isBlank);
  const { network } = shippedModel("cnn");
  for (const [digit, strokes] of Object.entries(DIGIT_STROKES)) {
    const seen = preprocessDigit(pictureOf(strokes));
    assert.equal(seen.warnings, []);
    assert.is(new Classifier(network).read(seen).digit, Number(digit));
  }
});

test.run();
