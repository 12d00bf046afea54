// The user's own pictures: a folder with one folder for each digit, 0 to 9. Each is brought to MNIST's form as any picture is
// that is read.

import { preprocessDigit } from "../../data/index.ts";
import { bitmapPixels } from "../read/bitmap_pixels.ts";
import { type OwnDigits, ownDigitSet } from "./own_files.ts";

export interface OwnPicture {
  /** "digits/7/IMG_2041.jpg" */
  readonly path: string;
  readonly file: Blob;
}

/** What pictures came to: images and labels as MNIST has them, which can be kept. */
export interface ReadPictures {
  readonly name: string;
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly notes: readonly string[];
}

const PIXELS = 28 * 28;
/** Of a picture's longer side: preprocessing averages larger ones down. */
const LONGEST_SIDE = 512;
/** The folder that says which digit it is, and the picture's own name. */
const OF_DIGIT = /(?:^|\/)([0-9])\/([^/]+\.(?:png|jpe?g|webp|gif|bmp|avif))$/i;
const FEWEST = 20;

/** The digit that a picture's folder says; null where it says none. */
export function digitOf(path: string): number | null {
  const [, digit] = OF_DIGIT.exec(path) ?? [];
  return digit === undefined ? null : Number(digit);
}

/** @throws {Error} in one line: no such folders, or too few pictures that can be read */
export async function readPictures(
  pictures: readonly OwnPicture[],
  onProgress: (done: number, total: number) => void,
): Promise<ReadPictures> {
  const labelled = pictures.flatMap((picture) => {
    const digit = digitOf(picture.path);
    return digit === null ? [] : [{ ...picture, digit }];
  });
  if (labelled.length === 0) {
    throw new Error(
      "There are no pictures in folders named 0 to 9: put each digit's PNG or JPEG files into a folder of its own.",
    );
  }
  const images = new Uint8Array(labelled.length * PIXELS);
  const labels: number[] = [];
  const unread: string[] = [];
  let blank = 0;
  for (const [i, { path, file, digit }] of labelled.entries()) {
    const seen = await pixelsOf(file).catch(() => null);
    if (seen === null) unread.push(path);
    else if (seen.isBlank) blank++;
    else {
      images.set(seen.pixels, labels.length * PIXELS);
      labels.push(digit);
    }
    onProgress(i + 1, labelled.length);
  }
  if (labels.length < FEWEST) {
    throw new Error(
      `${labels.length} of ${labelled.length} pictures could be read; training needs at least ${FEWEST}.`,
    );
  }
  const notes = [
    ...(unread.length > 0 ? [`${count(unread.length)} could not be read, ${unread[0]} for one.`] : []),
    ...(blank > 0 ? [`${count(blank)} showed no digit.`] : []),
  ];
  const [name] = labelled[0].path.split("/");
  return {
    name: /^[0-9]$/.test(name) ? "pictures" : name,
    images: images.slice(0, labels.length * PIXELS),
    labels: Uint8Array.from(labels),
    notes,
  };
}

export async function digitsOfPictures({ name, images, labels, notes }: ReadPictures): Promise<OwnDigits> {
  const train = await ownDigitSet(`pictures of ${name}`, images, labels);
  return { train, test: null, dataset: name, title: `pictures of ${name}`, dataWords: null, notes };
}

async function pixelsOf(file: Blob): Promise<{ pixels: Uint8Array; isBlank: boolean }> {
  return preprocessDigit(bitmapPixels(await createImageBitmap(file), LONGEST_SIDE));
}

function count(pictures: number): string {
  return `${pictures} ${pictures === 1 ? "picture" : "pictures"}`;
}
