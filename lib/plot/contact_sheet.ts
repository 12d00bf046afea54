// contactSheet: many small images in one picture, each with a caption.

import {
  check as checkArgument,
  checkFields,
  checkOptions,
  integer,
  list,
  number,
  required,
  strings,
} from "../base/check.ts";
import { DataError, formatShape, OptionError, ShapeError } from "../base/errors.ts";
import type { Picture } from "../data/picture.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf, THIN_SPACE } from "./glyphs.ts";
import type { Mistake } from "./mistakes.ts";
import { DARK, rgbOf } from "./palette.ts";

export interface ContactSheetOptions {
  /** The name of each class; default: its number. */
  classes?: readonly string[];
  /** Tiles in a row; default: what makes the sheet about three wide to two high. */
  columns?: number;
  /** Pixels per side that each pixel of an image becomes, an integer ≥ 1; default 4. */
  scale?: number;
}

type Rgb = readonly [red: number, green: number, blue: number];
type Caption = readonly (readonly [text: string, colour: Rgb])[];

const PAPER = rgbOf(DARK.paper);
const INK = rgbOf(DARK.ink);
const MUTED = rgbOf(DARK.muted);
const FRAME = rgbOf(DARK.grid);
const RIGHT = rgbOf(DARK.blue);
const WRONG = rgbOf(DARK.orange);

/** Between tiles, in pixels of the captions. */
const GAP = 8;
const PADDING = 4;
/** Of a sheet: half a gigabyte. */
const MAX_PIXELS = 2 ** 27;

/**
 * Mistakes as one picture: of each the image, enlarged without smoothing, and below it "4→9 97 %": what it is, in blue,
 * what it was taken for, in orange, and how surely.
 *
 * @param images   [N, H, W] or [N, H, W, C] as `dataset.images` has them: bytes, or f32 of which 0 is black and 1 is white; a
 *   channel is grey, three are red, green and blue
 * @param mistakes which of them, in this order; `index` is the row of `images`
 * @throws {ShapeError} images of another rank or number of channels, or without pixels
 * @throws {DataError} no mistake, or one whose index is not that of an image
 * @throws {OptionError} scale or columns is not an integer ≥ 1, an invalid mistake, or an unknown option
 * @returns RGBA, opaque; the same input gives the same bytes
 * @example writeFileSync("mistakes.png", encodePng(contactSheet(test.images, worstMistakes(logits, test.labels))));
 */
export function contactSheet(
  images: Tensor<"u8" | "f32">,
  mistakes: readonly Mistake[],
  options: ContactSheetOptions = {},
): Picture {
  check(images, mistakes, options);
  const { classes, scale = 4 } = options;
  const [, h, w, channels = 1] = images.shape;
  const tile = { width: w * scale, height: h * scale };
  const captions = mistakes.map((mistake) => captionOf(mistake, classes));
  const longest = captions.reduce((most, caption) => Math.max(most, columnsOf(caption)), 1);
  // As large as fits under the image, and no larger than looks right beside its pixels.
  const zoom = Math.max(1, Math.min(Math.ceil(scale / 2), Math.floor(tile.width / longest)));
  const gap = GAP * zoom;
  const cell = {
    width: Math.max(tile.width, longest * zoom) + gap,
    height: tile.height + (PADDING + GLYPH_HEIGHT) * zoom + gap,
  };
  const columns = Math.min(
    mistakes.length,
    options.columns ?? Math.max(1, Math.round(Math.sqrt((1.5 * mistakes.length * cell.height) / cell.width))),
  );
  const rows = Math.ceil(mistakes.length / columns);
  const sheet = new Sheet(columns * cell.width + gap, rows * cell.height + gap);
  const { values } = images;
  const byteAt = (at: number): number =>
    images.dtype === "u8" ? values[at] : Math.round(255 * Math.min(Math.max(values[at], 0), 1));
  mistakes.forEach(({ index }, i) => {
    const left = gap + (i % columns) * cell.width;
    const top = gap + Math.floor(i / columns) * cell.height;
    const middle = left + (cell.width - gap) / 2;
    const x = Math.floor(middle - tile.width / 2);
    sheet.fill(x - 1, top - 1, tile.width + 2, tile.height + 2, FRAME);
    for (let p = 0; p < h * w; p++) {
      const at = (index * h * w + p) * channels;
      const green = channels === 1 ? 0 : 1;
      const colour = [byteAt(at), byteAt(at + green), byteAt(at + 2 * green)] as const;
      sheet.fill(x + (p % w) * scale, top + Math.floor(p / w) * scale, scale, scale, colour);
    }
    const start = Math.floor(middle - (columnsOf(captions[i]) * zoom) / 2);
    write(sheet, captions[i], start, top + tile.height + PADDING * zoom, zoom);
  });
  return sheet;
}

function captionOf({ label, predicted, confidence }: Mistake, classes: readonly string[] | undefined): Caption {
  const nameOf = (c: number): string => classes?.[c] ?? String(c);
  return [
    [nameOf(label), RIGHT],
    ["→", MUTED],
    [nameOf(predicted), WRONG],
    [` ${Math.round(100 * confidence)}${THIN_SPACE}%`, INK],
  ];
}

/** In pixels of the font, the last column of ink included. */
function columnsOf(caption: Caption): number {
  return [...caption.map(([text]) => text).join("")].reduce((sum, character) => sum + advance(character), -1);
}

/** From one character to the next. */
function advance(character: string): number {
  if (character === THIN_SPACE) return 2;
  return character === " " ? GLYPH_WIDTH - 1 : GLYPH_WIDTH + 1;
}

function write(sheet: Sheet, caption: Caption, left: number, top: number, zoom: number): void {
  let x = left;
  for (const [text, colour] of caption) {
    for (const character of text) {
      glyphOf(character).forEach((row, y) => {
        for (let c = 0; c < row.length; c++) {
          if (row[c] === "#") sheet.fill(x + c * zoom, top + y * zoom, zoom, zoom, colour);
        }
      });
      x += advance(character) * zoom;
    }
  }
}

/** A picture to draw on. */
class Sheet implements Picture {
  readonly data: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    if (width * height > MAX_PIXELS) {
      throw new OptionError(`contactSheet: the sheet would be ${width} × ${height} pixels; choose a smaller scale.`);
    }
    this.data = new Uint8Array(4 * width * height).fill(255);
    this.fill(0, 0, width, height, PAPER);
  }

  fill(left: number, top: number, width: number, height: number, [red, green, blue]: Rgb): void {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) {
        const at = 4 * (y * this.width + x);
        this.data[at] = red;
        this.data[at + 1] = green;
        this.data[at + 2] = blue;
      }
    }
  }
}

function check(images: Tensor<"u8" | "f32">, mistakes: readonly Mistake[], options: ContactSheetOptions): void {
  checkTensor("contactSheet", "images", images, "any");
  checkArgument("contactSheet", "mistakes", mistakes, list);
  checkOptions("contactSheet", options, { classes: strings, columns: integer(1), scale: integer(1) });
  const [count, value] = [required(integer(0)), required(number)];
  const fields = { index: value, label: count, predicted: count, confidence: value };
  for (const [i, mistake] of mistakes.entries()) checkFields("contactSheet", `mistakes[${i}]`, mistake, fields);
  const { shape } = images;
  const [, h, w, channels = 1] = shape;
  if (shape.length < 3 || shape.length > 4 || h === 0 || w === 0 || (channels !== 1 && channels !== 3)) {
    const expected = "[N, H, W] or [N, H, W, C], H and W ≥ 1, C 1 or 3";
    throw new ShapeError(`contactSheet: images must be ${expected}; got ${formatShape(shape)}.`, {
      images: shape,
    });
  }
  if (mistakes.length === 0) throw new DataError("contactSheet: there is nothing to draw; got no mistake.");
  const wrong = mistakes.find(({ index }) => !Number.isInteger(index) || index < 0 || index >= shape[0]);
  if (wrong) {
    throw new DataError(`contactSheet: there are ${shape[0]} images, and none with index ${wrong.index}.`, {
      index: wrong.index,
      images: shape[0],
    });
  }
}
