import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataError, OptionError, ShapeError } from "../../lib/base/errors.ts";
import { contactSheet } from "../../lib/plot/contact_sheet.ts";
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf } from "../../lib/plot/glyphs.ts";
import { DARK, rgbOf } from "../../lib/plot/palette.ts";
import { tensor } from "../../lib/tensor/create.ts";

const test = suite("contactSheet");

const mistake = (index: number, label = 4, predicted = 9, confidence = 0.97) => ({
  index,
  label,
  predicted,
  confidence,
  loss: 3,
});
/** Three images of 8 × 28, all bytes different from their neighbours'. */
const [N, H, W] = [3, 8, 28];
const IMAGES = tensor(
  Array.from({ length: N * H * W }, (_, i) => (i * 37 + 11) % 256),
  [N, H, W],
  "u8",
);

type Sheet = ReturnType<typeof contactSheet>;
const pixel = ({ width, data }: Sheet, x: number, y: number): number[] => [
  ...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4),
];
const grey = (v: number): number[] => [v, v, v, 255];

/** Where an image stands in a sheet; each of its pixels must be a square of scale × scale. */
function find(sheet: Sheet, index: number, scale: number): [x: number, y: number][] {
  const image = IMAGES.data.subarray(index * H * W, (index + 1) * H * W);
  const found: [number, number][] = [];
  for (let y = 0; y + H * scale <= sheet.height; y++) {
    for (let x = 0; x + W * scale <= sheet.width; x++) {
      let isThere = true;
      for (let p = 0; isThere && p < H * W * scale * scale; p++) {
        const [u, v] = [p % (W * scale), Math.floor(p / (W * scale))];
        const value = image[Math.floor(v / scale) * W + Math.floor(u / scale)];
        isThere = sheet.data[4 * ((y + v) * sheet.width + x + u)] === value;
      }
      if (isThere) found.push([x, y]);
    }
  }
  return found;
}

/** The sheet's pixels of one colour in a box, as a drawing. */
function drawing(
  sheet: Sheet,
  colour: readonly number[],
  left: number,
  top: number,
  width: number,
  height: number,
): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      `${pixel(sheet, left + x, top + y).slice(0, 3)}` === `${colour}` ? "#" : " ",
    ).join(""),
  );
}

test("each image stands once in the sheet, enlarged without smoothing, in order", () => {
  for (const scale of [1, 2, 3]) {
    const sheet = contactSheet(IMAGES, [mistake(2), mistake(0), mistake(1)], { scale, columns: 2 });
    const places = [2, 0, 1].map((index) => find(sheet, index, scale));
    assert.equal(
      places.map((found) => found.length),
      [1, 1, 1],
    );
    const [[[ax, ay]], [[bx, by]], [[cx, cy]]] = places;
    assert.ok(ay === by && ax < bx && cx === ax && cy > ay, JSON.stringify(places));
  }
});

test("it is opaque, and the picture is as large as it says", () => {
  const { width, height, data } = contactSheet(IMAGES, [mistake(0)]);
  assert.is(data.length, 4 * width * height);
  assert.ok(data.every((value, i) => i % 4 !== 3 || value === 255));
});

test("below each image its caption: the label in blue, the arrow, the prediction in orange, the confidence", () => {
  const sheet = contactSheet(IMAGES, [mistake(1, 4, 9, 0.968)], { scale: 2, columns: 1 });
  const [[x, y]] = find(sheet, 1, 2);
  const below = y + 2 * H + 4;
  const box = (colour: readonly number[]) => drawing(sheet, colour, 0, below, sheet.width, GLYPH_HEIGHT);
  const shapes = (colour: readonly number[]): string[] => glyphsIn(box(colour));
  assert.equal(shapes(rgbOf(DARK.blue)), ["4"]);
  assert.equal(shapes(rgbOf(DARK.muted)), ["→"]);
  assert.equal(shapes(rgbOf(DARK.orange)), ["9"]);
  assert.equal(shapes(rgbOf(DARK.ink)), ["9", "7", "%"]);
  const columns = box(rgbOf(DARK.blue))
    .map((row) => row.indexOf("#"))
    .filter((at) => at >= 0);
  assert.ok(Math.min(...columns) >= x, "it begins under its image");
});

/** Reads a line of the font, letter by letter: each where it first fits. */
function glyphsIn(rows: readonly string[]): string[] {
  const found: string[] = [];
  for (let x = 0; x + GLYPH_WIDTH <= rows[0].length; x++) {
    const cut = rows.map((row) => row.slice(x, x + GLYPH_WIDTH)).join("\n");
    const hit = [..."0123456789→%"].find((character) => glyphOf(character).join("\n") === cut);
    if (hit) found.push(hit);
  }
  return found;
}

test("names of classes take the room they need", () => {
  const classes = ["a", "b", "c", "d", "a rather long name", "e", "f", "g", "h", "another one"];
  const named = contactSheet(IMAGES, [mistake(0), mistake(1)], { scale: 1, classes, columns: 2 });
  const plain = contactSheet(IMAGES, [mistake(0), mistake(1)], { scale: 1, columns: 2 });
  assert.ok(named.width > plain.width);
  assert.is(find(named, 1, 1).length, 1);
});

test("unless told, it is wider than high", () => {
  const square = tensor(new Array(100).fill(7), [1, 10, 10], "u8");
  for (const count of [1, 2, 6, 24, 100]) {
    const { width, height } = contactSheet(square, new Array(count).fill(mistake(0)));
    assert.ok(width >= 0.7 * height && width <= 4 * height, `${count}: ${width} × ${height}`);
  }
});

test("the same input gives the same bytes", () => {
  const ask = () => contactSheet(IMAGES, [mistake(0), mistake(2)]);
  assert.equal(ask().data, ask().data);
});

test("every character of the font has seven rows of five, some ink, and a distinct shape", () => {
  const characters = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ→%.,:-+/()?_="];
  const shapes = characters.map((character) => glyphOf(character));
  for (const [i, rows] of shapes.entries()) {
    assert.equal(
      rows.map((row) => row.length),
      new Array(GLYPH_HEIGHT).fill(GLYPH_WIDTH),
      characters[i],
    );
    assert.match(rows.join(""), /^[ #]*#[ #]*$/);
  }
  assert.is(new Set(shapes.map((rows) => rows.join("\n"))).size, characters.length);
  assert.equal(glyphOf("q"), glyphOf("Q"));
  assert.equal(glyphOf("é"), glyphOf("?"));
  assert.not.match(glyphOf(" ").join(""), "#");
});

test("what cannot be drawn is refused", () => {
  const refuses = (
    call: () => unknown,
    type: typeof DataError | typeof ShapeError | typeof OptionError,
    text: RegExp,
  ) => assert.throws(call, (error: Error) => error instanceof type && text.test(error.message));
  refuses(() => contactSheet(IMAGES, []), DataError, /nothing to draw/);
  refuses(() => contactSheet(IMAGES, [mistake(3)]), DataError, /there are 3 images, and none with index 3/);
  refuses(() => contactSheet(IMAGES, [mistake(-1)]), DataError, /none with index -1/);
  refuses(() => contactSheet(tensor([1], [1], "u8"), [mistake(0)]), ShapeError, /\[N, H, W\].* got \[1\]/);
  refuses(() => contactSheet(IMAGES, [mistake(0)], { scale: 0.5 }), OptionError, /scale .* got 0.5/);
  refuses(() => contactSheet(IMAGES, [mistake(0)], { columns: 0 }), OptionError, /columns .* got 0/);
});

test("the paper shows in the corners", () => {
  const sheet = contactSheet(IMAGES, [mistake(0)]);
  for (const [x, y] of [
    [0, 0],
    [sheet.width - 1, sheet.height - 1],
  ]) {
    assert.equal(pixel(sheet, x, y), [...rgbOf(DARK.paper), 255]);
  }
  assert.not.equal(pixel(sheet, 0, 0), grey(0));
});

test("three channels are red, green and blue, and f32 goes from black at 0 to white at 1", () => {
  const bytes = Uint8Array.from({ length: 2 * 2 * 3 }, (_, i) => (i * 51) % 256);
  const colours = contactSheet(tensor(bytes, [1, 2, 2, 3]), [mistake(0)], { scale: 8 });
  const floats = tensor(
    Float32Array.from(bytes, (value) => value / 255),
    [1, 2, 2, 3],
  );
  assert.equal(contactSheet(floats, [mistake(0)], { scale: 8 }).data, colours.data);
  const seen = new Set(Array.from({ length: colours.width * colours.height }, (_, p) => pixel(colours, p % colours.width, Math.floor(p / colours.width)).join())); // biome-ignore format: one line
  for (let p = 0; p < 4; p++) assert.ok(seen.has([...bytes.subarray(3 * p, 3 * p + 3), 255].join()));

  const [low, high] = [tensor([-3, 0.2], [1, 1, 2]), tensor([0, 0.2, 0, 7], [1, 1, 4])];
  const values = (images: typeof low): number[] => [...new Set(contactSheet(images, [mistake(0)], { scale: 8 }).data)];
  assert.ok([0, 51].every((value) => values(low).includes(value)));
  assert.ok([51, 255].every((value) => values(high).includes(value)));
  assert.equal(
    contactSheet(tensor(IMAGES.values, [N, H, W, 1], "u8"), [mistake(1)]).data,
    contactSheet(IMAGES, [mistake(1)]).data,
  );
});

test.run();
