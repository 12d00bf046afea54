// What preprocessing makes of a picture: planes of numbers, and rectangles in them.

/** One number a pixel: luma, or how much ink there is; 0 … 255. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A rectangle of pixels; right and bottom lie behind its last column and row. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function longerSide({ left, top, right, bottom }: Box): number {
  return Math.max(right - left, bottom - top);
}

/** @returns the middle one of the values, which are sorted in place; the upper of two */
export function median(values: Float32Array): number {
  return values.sort()[values.length >> 1] ?? 0;
}
