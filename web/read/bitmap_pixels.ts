// bitmapPixels: what a picture that somebody gave looks like, made smaller by the browser where it is large.

import type { Picture } from "../../lib/index.ts";

/** In a worker; takes the bitmap's memory back. @param longestSide in pixels, of what comes out */
export function bitmapPixels(bitmap: ImageBitmap, longestSide: number): Picture {
  const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(scale * bitmap.width));
  const height = Math.max(1, Math.round(scale * bitmap.height));
  const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}
