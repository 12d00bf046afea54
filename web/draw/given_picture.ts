// A picture that somebody gives: dropped, pasted, or chosen from files or a camera.

import { signal } from "@preact/signals";
import { showPicture } from "./board.ts";

/** Why the last one could not be shown. */
export const pictureProblem = signal<string | null>(null);

/** Shows the first picture among them; turned as its camera was held. */
export async function takePicture(files: Iterable<File>): Promise<void> {
  pictureProblem.value = null;
  const given = [...files];
  const picture = given.find(({ type }) => type.startsWith("image/"));
  if (!picture) {
    if (given.length > 0) pictureProblem.value = `${given[0].name} is no picture. Give a PNG, JPEG or WebP file.`;
    return;
  }
  try {
    showPicture(await createImageBitmap(picture));
  } catch {
    pictureProblem.value = `${picture.name} cannot be read as a picture. Give a PNG, JPEG or WebP file.`;
  }
}
