// paintPixels: what a network sees, on a canvas of 28 × 28.

export const PIXELS_SIDE = 28;

/** @param pixels row by row, 0 for paper, which is black, and 255 for ink; undefined: all paper */
export function paintPixels(canvas: HTMLCanvasElement | null, pixels: Uint8Array | undefined): void {
  const context = canvas?.getContext("2d");
  if (!context) return;
  const image = context.createImageData(PIXELS_SIDE, PIXELS_SIDE);
  for (let i = 0; i < PIXELS_SIDE * PIXELS_SIDE; i++)
    image.data.fill(pixels?.[i] ?? 0, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
  context.putImageData(image, 0, 0);
}
