// From RGBA to luma: transparency laid over a backdrop, and very large pictures made smaller.

import type { Picture } from "../../lib/data/picture.ts";
import { median, type Plane } from "./plane.ts";

/** Larger pictures are averaged down to at most this many pixels per side: a digit needs only 20 in the end. */
const MAX_SIDE = 1024;

/** From this alpha on a pixel shows its own colour. */
const OPAQUE = 128;

/**
 * Luma of Rec. 601, Y = 0.299·R + 0.587·G + 0.114·B, over the backdrop where the picture is transparent.
 * A grey picture gives its bytes exactly.
 */
export function lumaOf(picture: Picture): Plane {
  const { width, height, data } = picture;
  const step = Math.ceil(Math.max(width, height, 1) / MAX_SIDE);
  const backdrop = backdropOf(picture);
  const result = {
    width: Math.ceil(width / step),
    height: Math.ceil(height / step),
    values: new Float32Array(Math.ceil(width / step) * Math.ceil(height / step)),
  };
  for (let y = 0; y < result.height; y++) {
    const bottom = Math.min(height, (y + 1) * step);
    for (let x = 0; x < result.width; x++) {
      const right = Math.min(width, (x + 1) * step);
      let sum = 0;
      for (let sy = y * step; sy < bottom; sy++) {
        for (let sx = x * step; sx < right; sx++) {
          const at = 4 * (sy * width + sx);
          const alpha = data[at + 3];
          sum += alpha === 255 ? lumaAt(data, at) : backdrop + ((lumaAt(data, at) - backdrop) * alpha) / 255;
        }
      }
      result.values[y * result.width + x] = sum / ((bottom - y * step) * (right - x * step));
    }
  }
  return result;
}

function lumaAt(data: Picture["data"], at: number): number {
  return (299 * data[at] + 587 * data[at + 1] + 114 * data[at + 2]) / 1000;
}

/**
 * What a transparent picture should lie on. A picture whose visible pixels are both light and dark brings
 * its own paper, of the colour that most of them have; one of a single shade is ink alone, and lies on
 * white, or on black where the ink itself is light.
 */
function backdropOf({ width, height, data }: Picture): number {
  const pixels = width * height;
  // A sample is enough, and keeps sorting cheap.
  const stride = Math.max(1, Math.floor(pixels / 65536));
  const seen = new Float32Array(Math.ceil(pixels / stride));
  let count = 0;
  let isTransparent = false;
  for (let i = 0; i < pixels && !isTransparent; i += stride) isTransparent = data[4 * i + 3] < 255;
  if (!isTransparent) return 255;
  for (let i = 0; i < pixels; i += stride) if (data[4 * i + 3] >= OPAQUE) seen[count++] = lumaAt(data, 4 * i);
  if (count === 0) return 255;
  const middle = median(seen.subarray(0, count)); // sorts them
  const spread = seen[Math.floor(0.98 * (count - 1))] - seen[Math.floor(0.02 * (count - 1))];
  if (spread > 100) return middle;
  return middle > 127 ? 0 : 255;
}
