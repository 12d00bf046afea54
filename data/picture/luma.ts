// From RGBA to luma: transparency laid over a backdrop, and very large pictures made smaller.

import type { Picture } from "../../lib/data/picture.ts";
import { median, type Plane } from "./plane.ts";

/** Larger pictures are averaged down to at most this many pixels per side: a digit needs only 20 in the end. */
const MAX_SIDE = 1024;

/** From this alpha on a pixel shows its own colour. */
const OPAQUE = 128;

/** A picture of which luma is computed where it is asked for. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  /** One for each pixel. Where they are the same, luma is; most neighbours are alike, and need not be computed twice. */
  readonly words: Int32Array;
  /** Of the pixel with this index: 0 … 255, rounded to single precision. */
  at(index: number): number;
}

/**
 * Luma of Rec. 601, Y = 0.299·R + 0.587·G + 0.114·B, over the backdrop where the picture is transparent.
 * A grey picture gives its bytes exactly.
 */
export function lumaOf(picture: Picture): Luma {
  const { width, height, data } = picture;
  const step = Math.ceil(Math.max(width, height, 1) / MAX_SIDE);
  if (step > 1) return averagedLuma(picture, step);
  let backdrop = -1;
  const at = (index: number): number => {
    if (backdrop < 0 && data[4 * index + 3] < 255) backdrop = backdropOf(picture);
    return Math.fround(lumaOver(backdrop, data, 4 * index));
  };
  return { width, height, words: wordsOf(data), at };
}

/** Four bytes a word, in whichever order this machine has them. */
function wordsOf(data: Picture["data"]): Int32Array {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, data.length / 4);
}

/** All of it. */
export function lumaPlane({ width, height, words, at }: Luma): Plane {
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; ) {
    const word = words[i];
    const shade = at(i);
    do values[i++] = shade;
    while (i < values.length && words[i] === word);
  }
  return { width, height, values };
}

function averagedLuma(picture: Picture, step: number): Luma {
  const { width, height, data } = picture;
  const backdrop = backdropOf(picture);
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const values = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const bottom = Math.min(height, (y + 1) * step);
    for (let x = 0; x < columns; x++) {
      const right = Math.min(width, (x + 1) * step);
      let sum = 0;
      for (let sy = y * step; sy < bottom; sy++) {
        for (let sx = x * step; sx < right; sx++) sum += lumaOver(backdrop, data, 4 * (sy * width + sx));
      }
      values[y * columns + x] = sum / ((bottom - y * step) * (right - x * step));
    }
  }
  return { width: columns, height: rows, words: new Int32Array(values.buffer), at: (index) => values[index] };
}

function lumaOver(backdrop: number, data: Picture["data"], at: number): number {
  const alpha = data[at + 3];
  return alpha === 255 ? lumaAt(data, at) : backdrop + ((lumaAt(data, at) - backdrop) * alpha) / 255;
}

function lumaAt(data: Picture["data"], at: number): number {
  return (299 * data[at] + 587 * data[at + 1] + 114 * data[at + 2]) / 1000;
}

/** What is seen of a picture is a card, not ink, if it fills so much of its box. */
const CARD_SHARE = 0.8;

/**
 * What a transparent picture should lie on. Where what is seen is a card, or more than half of all, that is paper, and what is
 * transparent has its shade. What is less is ink: it lies on white, or on black if it is light. Whether its edges are of other
 * shades says nothing: they are what is left of the paper that it was drawn on.
 */
function backdropOf({ width, height, data }: Picture): number {
  const pixels = width * height;
  // A sample is enough, and keeps finding the middle cheap.
  const stride = Math.max(1, Math.floor(pixels / 65536));
  const seen = new Float32Array(Math.ceil(pixels / stride));
  let count = 0;
  let isTransparent = false;
  for (let i = 0; i < pixels && !isTransparent; i += stride) isTransparent = data[4 * i + 3] < 255;
  if (!isTransparent) return 255;
  const words = wordsOf(data);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < pixels; ) {
    const isSeen = data[4 * i + 3] >= OPAQUE;
    const luma = lumaAt(data, 4 * i);
    const word = words[i];
    do {
      if (isSeen) {
        seen[count++] = luma;
        const y = Math.floor(i / width);
        const x = i - y * width;
        [left, top] = [Math.min(left, x), Math.min(top, y)];
        [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
      }
      i += stride;
    } while (i < pixels && words[i] === word);
  }
  if (count === 0) return 255;
  const middle = median(seen.subarray(0, count));
  const isCard = count * stride > CARD_SHARE * (right - left) * (bottom - top);
  if (isCard || 2 * count > seen.length) return middle;
  return middle > 127 ? 0 : 255;
}
