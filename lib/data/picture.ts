/** A picture: four bytes a pixel, red, green, blue, alpha, row by row from the top; alpha not multiplied in. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}
