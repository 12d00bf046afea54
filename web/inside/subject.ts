// What is looked into: the drawing as the networks see it.

import { computed } from "@preact/signals";
import { showPicture } from "../draw/board.ts";
import { reading } from "../read/reader.ts";
import { SIDE } from "./side.ts";

/** 28 × 28 bytes; null while nothing is drawn. The same array while the picture is the same, however often it is read. */
export const subject = computed<Uint8Array | null>(() => {
  const next = reading.value?.pixels ?? null;
  const isSame = next !== null && latest !== null && next.every((value, i) => value === latest?.[i]);
  if (!isSame) latest = next;
  return latest;
});
let latest: Uint8Array | null = null;

/** Puts a digit of 28 × 28 bytes on the sheet, as a picture. */
export async function putOnSheet(pixels: Uint8Array): Promise<void> {
  const image = new ImageData(SIDE, SIDE);
  for (const [i, value] of pixels.entries()) image.data.fill(value, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
  showPicture(await createImageBitmap(image));
}
