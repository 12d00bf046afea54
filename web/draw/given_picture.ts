// A picture that somebody gives: dropped, pasted, or chosen from files or a camera.

import { signal } from "@preact/signals";
import { showPicture } from "./board.ts";

/** Why the last one could not be shown. */
export const pictureProblem = signal<string | null>(null);

/** Shows the first picture among them. */
export async function takePicture(files: Iterable<File>): Promise<void> {
  pictureProblem.value = null;
  const given = [...files];
  const picture = given.find(({ type }) => type.startsWith("image/"));
  if (!picture) {
    if (given.length > 0) pictureProblem.value = `${given[0].name} is not a picture. Choose a PNG, JPEG or WebP file.`;
    return;
  }
  const bitmap = await bitmapOf(picture);
  if (bitmap) showPicture(bitmap);
  else pictureProblem.value = `${picture.name} cannot be read as a picture. Choose a PNG, JPEG or WebP file.`;
}

/** No larger than it is shown; null where it is damaged, or of no known kind. */
async function bitmapOf(file: File): Promise<ImageBitmap | null> {
  const worker = new Worker(new URL("./picture_worker.ts", import.meta.url), { type: "module", name: "picture" });
  try {
    return await new Promise<ImageBitmap | null>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<ImageBitmap | null>) => resolve(data);
      worker.onerror = () => resolve(null);
      worker.postMessage(file);
    });
  } finally {
    worker.terminate();
  }
}
