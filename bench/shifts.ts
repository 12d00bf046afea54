// Digits as other collections, pens and scanners would give them: each of ours digitised anew, enlarged onto a canvas as a user
// would, and read through the preprocessing as any picture is. Nothing here is from another collection.

import { type DigitSet, preprocessDigit } from "../data/index.ts";
import { Dataset, distortImages, type Picture, tensor } from "../lib/index.ts";

const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** Of the canvas, and how much of it a digit's box gets. */
const [CANVAS, SHARE] = [112, 0.7];
/** Boxes stay within this of the shape that they had: a one is not made a block. */
const MOST_STRETCH = 3;

interface Grey {
  readonly width: number;
  readonly height: number;
  /** 0 for paper, 255 for ink. */
  readonly values: Float32Array;
}

export interface Shift {
  readonly name: string;
  /** From the ink of a digit, cut out, to what is put onto the canvas. */
  readonly change: (ink: Grey) => Grey;
  /** How the canvas enlarges it. */
  readonly isSmooth: boolean;
  /** Strokes thicker by so many of MNIST's pixels on each side beforehand. */
  readonly thickness?: number;
}

const asItIs = (ink: Grey): Grey => ink;
/** The box scanned with so many pixels along its longer side; or squeezed into a square of them. */
const scanned =
  (side: number, isSquare: boolean) =>
  (ink: Grey): Grey => {
    const longer = Math.max(ink.width, ink.height);
    const sized = (pixels: number): number => {
      const stretched = isSquare ? Math.min(longer, pixels * MOST_STRETCH) : pixels;
      return Math.max(1, Math.round((side * stretched) / longer));
    };
    return resampled(ink, sized(ink.width), sized(ink.height));
  };
const ink1 = (ink: Grey): Grey => ({ ...ink, values: ink.values.map((value) => (value > 127 ? 255 : 0)) });
/** Wider, or higher, by a factor: what people's hands and careless scaling do. */
const proportioned =
  (across: number, down: number) =>
  (ink: Grey): Grey =>
    resampled(ink, Math.max(1, Math.round(ink.width * 4 * across)), Math.max(1, Math.round(ink.height * 4 * down)));

export const SHIFTS: readonly Shift[] = [
  { name: "canvas, as they are", change: asItIs, isSmooth: true },
  { name: "16 × 16, smooth", change: scanned(16, false), isSmooth: true },
  { name: "16 × 16, hard", change: scanned(16, false), isSmooth: false },
  { name: "16 × 16, square box", change: scanned(16, true), isSmooth: true },
  { name: "16 × 16, square, ink or none", change: (ink) => ink1(scanned(16, true)(ink)), isSmooth: false },
  { name: "8 × 8, smooth", change: scanned(8, false), isSmooth: true },
  { name: "8 × 8, hard", change: scanned(8, false), isSmooth: false },
  { name: "8 × 8, square box", change: scanned(8, true), isSmooth: true },
  { name: "thin pen", change: asItIs, isSmooth: true, thickness: -0.7 },
  { name: "thick pen", change: asItIs, isSmooth: true, thickness: 1.3 },
  { name: "1.4 times as wide", change: proportioned(1.4, 1), isSmooth: true },
  { name: "1.4 times as high", change: proportioned(1, 1.4), isSmooth: true },
];

/** The same digits, as they are once the preprocessing has seen them. */
export function shifted(digits: DigitSet, { name, change, isSmooth, thickness = 0 }: Shift): DigitSet {
  const index = tensor(
    Array.from({ length: digits.size }, (_, i) => i),
    [digits.size],
    "i32",
  );
  using drawn = distortImages(digits.images, index, { thickness });
  index.dispose();
  const pixels = new Uint8Array(digits.size * PIXELS);
  for (let i = 0; i < digits.size; i++) {
    const image = drawn.data.slice(i * PIXELS, (i + 1) * PIXELS).map((value) => 255 * value);
    const picture = onCanvas(change(cutOut(image)), isSmooth);
    pixels.set(preprocessDigit(picture).pixels, i * PIXELS);
  }
  return new Dataset({
    name: `${digits.name}, ${name}`,
    images: tensor(pixels, [digits.size, SIDE, SIDE], "u8"),
    ...{ labels: digits.labels, classes: digits.classes, normalization: digits.normalization ?? undefined },
  });
}

/** What is within the ink's box. */
function cutOut(image: Float32Array): Grey {
  const inked = Array.from(image.keys()).filter((at) => image[at] > 8);
  if (inked.length === 0) return { width: SIDE, height: SIDE, values: image };
  const rows = inked.map((at) => Math.floor(at / SIDE));
  const columns = inked.map((at) => at % SIDE);
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const [height, width] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
  const values = Float32Array.from(
    { length: width * height },
    (_, at) => image[(top + Math.floor(at / width)) * SIDE + left + (at % width)],
  );
  return { width, height, values };
}

/** By the mean over what each of the new pixels covers: as a scanner's cells see it. */
function resampled({ width, height, values }: Grey, toWidth: number, toHeight: number): Grey {
  const across = sharesOf(width, toWidth);
  const down = sharesOf(height, toHeight);
  const result = new Float32Array(toWidth * toHeight);
  for (let row = 0; row < toHeight; row++) {
    for (let column = 0; column < toWidth; column++) {
      let sum = 0;
      for (const [i, rowShare] of down[row]) {
        for (const [j, share] of across[column]) sum += rowShare * share * values[i * width + j];
      }
      result[row * toWidth + column] = sum;
    }
  }
  return { width: toWidth, height: toHeight, values: result };
}

/** Of each new pixel the old ones, and what part of it they are. */
function sharesOf(from: number, to: number): [i: number, share: number][][] {
  const size = from / to;
  return Array.from({ length: to }, (_, k) => {
    const [start, end] = [k * size, (k + 1) * size];
    const first = Math.floor(start);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    return Array.from({ length: last - first }, (_unused, n): [number, number] => [
      first + n,
      (Math.min(end, first + n + 1) - Math.max(start, first + n)) / size,
    ]);
  });
}

/** Black on white, in the middle, enlarged by repeating pixels or between their middles. */
function onCanvas({ width, height, values }: Grey, isSmooth: boolean): Picture {
  const scale = (CANVAS * SHARE) / Math.max(width, height);
  const [left, top] = [(CANVAS - width * scale) / 2, (CANVAS - height * scale) / 2];
  const at = (row: number, column: number): number =>
    row >= 0 && row < height && column >= 0 && column < width ? values[row * width + column] : 0;
  const data = new Uint8ClampedArray(4 * CANVAS * CANVAS).fill(255);
  for (let y = 0; y < CANVAS; y++) {
    for (let x = 0; x < CANVAS; x++) {
      const [u, v] = [(x + 0.5 - left) / scale, (y + 0.5 - top) / scale];
      if (u < -1 || v < -1 || u > width + 1 || v > height + 1) continue;
      const value = isSmooth ? between(at, v - 0.5, u - 0.5) : at(Math.floor(v), Math.floor(u));
      data.fill(255 - value, 4 * (y * CANVAS + x), 4 * (y * CANVAS + x) + 3);
    }
  }
  return { width: CANVAS, height: CANVAS, data };
}

function between(at: (row: number, column: number) => number, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [f, g] = [y - row, x - column];
  const along = (r: number): number => (1 - g) * at(r, column) + g * at(r, column + 1);
  return (1 - f) * along(row) + f * along(row + 1);
}
