// Reads the file of a picture, and makes it as small as it is shown: a camera's has 12 million pixels and more, which would stop
// the page for a moment. A worker for one picture, gone when it is done.

/** Of the longer side, in pixels: as many as the sheet has on a sharp screen. The reader makes less of it. */
const LONGEST_SIDE = 1024;

addEventListener("message", async ({ data }: MessageEvent<File>) => {
  try {
    // Turned as its camera was held.
    const bitmap = await createImageBitmap(data);
    const small = shrunk(bitmap);
    postMessage(small, { transfer: [small] });
  } catch {
    postMessage(null);
  }
});

function shrunk(bitmap: ImageBitmap): ImageBitmap {
  const scale = LONGEST_SIDE / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) return bitmap;
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(scale * side)));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return canvas.transferToImageBitmap();
}
