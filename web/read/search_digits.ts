// What is loaded where a picture is more than a digit on paper: the search for it, and for all digits; and how it is sent to a server.

import { preprocessDigits } from "../../data/index.ts";
import type { Picture } from "../../lib/index.ts";
import type { Classifier, ModelName } from "../../models/index.ts";
import type { AllDigits } from "./messages.ts";

export { preprocessDigit } from "../../data/index.ts";

export function readAll(picture: Picture, classifiers: ReadonlyMap<ModelName, Classifier>): AllDigits {
  const { width, height } = picture;
  const readings = preprocessDigits(picture);
  const digits = [...classifiers].map(([name, classifier]) => {
    const answers = classifier.readAll(readings);
    return [name, answers.map(({ digit, confidence, isDigit, box }) => ({ digit, confidence, isDigit, box }))];
  });
  return { width, height, digits: Object.fromEntries(digits) };
}

/** In a worker. */
export function pngOf({ width, height, data }: Picture): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}
