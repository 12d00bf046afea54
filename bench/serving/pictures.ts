// The pictures that are sent: digits of MNIST's test set as PNG files, once as they are, once as a browser's canvas gives them.

import { PNG } from "pngjs";
import { encodePng, loadMnistTest } from "../../data/index.node.ts";

const SIDE = 28;
/** A page's canvas is so much larger. */
const ENLARGED = 10;

export const PICTURE_SIZES = [SIDE, SIDE * ENLARGED] as const;
export type PictureSize = (typeof PICTURE_SIZES)[number];

export interface SentPicture {
  readonly png: Uint8Array;
  /** The digit, as MNIST has it. */
  readonly label: number;
  /** 28 × 28, 0 for paper. */
  readonly pixels: Uint8Array;
}

/** The first `count` test images, in pictures of `size` × `size`. */
export async function pictures(count: number, size: PictureSize): Promise<SentPicture[]> {
  const { test } = await loadMnistTest({ source: "auto", limit: count });
  return Array.from({ length: test.size }, (_, i) => {
    const pixels = test.images.data.slice(i * SIDE * SIDE, (i + 1) * SIDE * SIDE) as Uint8Array;
    const png = size === SIDE ? encodePng(greyPicture(pixels, SIDE)) : canvasPng(pixels);
    return { png, label: test.labels.data[i], pixels };
  });
}

function greyPicture(grey: Uint8Array, side: number): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(4 * side * side).fill(255);
  for (let i = 0; i < side * side; i++) data.fill(grey[i], 4 * i, 4 * i + 3);
  return { width: side, height: side, data };
}

/** Ten times as large, with edges as soft as those of a pen on a canvas, opaque and in four channels as browsers write it. */
function canvasPng(pixels: Uint8Array): Uint8Array {
  const side = SIDE * ENLARGED;
  const large = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) large[y * side + x] = sharpened(between(pixels, x, y));
  }
  const picture = new PNG({ width: side, height: side });
  picture.data.set(greyPicture(large, side).data);
  // Chromium's choices: the filter Sub, and speed before size.
  return PNG.sync.write(picture, { colorType: 6, filterType: 1, deflateLevel: 3 });
}

function between(pixels: Uint8Array, x: number, y: number): number {
  const place = (at: number): [number, number, number] => {
    const exact = Math.min(SIDE - 1, Math.max(0, (at + 0.5) / ENLARGED - 0.5));
    const low = Math.floor(exact);
    return [low, Math.min(SIDE - 1, low + 1), exact - low];
  };
  const [left, right, dx] = place(x);
  const [top, bottom, dy] = place(y);
  const row = (at: number): number => pixels[at * SIDE + left] * (1 - dx) + pixels[at * SIDE + right] * dx;
  return row(top) * (1 - dy) + row(bottom) * dy;
}

/** From paper to ink within about two pixels. */
function sharpened(value: number): number {
  return Math.max(0, Math.min(255, Math.round(128 + 4 * (value - 128))));
}
