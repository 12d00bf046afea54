// What another data set than MNIST may be called.

import { OptionError } from "../lib/base/errors.ts";
import { line } from "../lib/base/line.ts";

const LINE = line(60);

/** A name without what people write differently: "Fashion-MNIST" and "FashionMNIST" are the same. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/**
 * @throws {OptionError} it is empty, long, has control characters, or says that these are MNIST's images, or synthetic digits
 */
export function checkDatasetName(name: string): void {
  const isTaken = ["mnist", "synthetic"].includes(plain(name));
  if (!isTaken && name === name.trim() && LINE.holds(name) && plain(name) !== "") return;
  const what = isTaken
    ? "be that of another data set than MNIST or the synthetic digits"
    : "be 1 to 60 characters on one line";
  throw new OptionError(`loadMnist: the name of a data set must ${what}; got ${JSON.stringify(name)}.`, {
    datasetName: name,
  });
}
