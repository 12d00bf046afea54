// OwnStore: the digits that were given to the page, kept on the device for the next visit.

import { notKept } from "../look/not_kept.ts";
import { keep, kept, type ReadDigits } from "./kept.ts";
import type { GivenDigits, OwnCard } from "./messages.ts";
import { checkSize, type OwnDigits, readOwnFiles } from "./own_files.ts";
import { digitsOfPictures, readPictures } from "./own_pictures.ts";
import type { AllDigits } from "./training_sets.ts";

/** Set apart for the test where there is no test set. */
const TEST_SHARE = 1 / 6;

export class OwnStore {
  private own: OwnDigits | null = null;

  /** @returns null where there are none from an earlier visit; they are read when they are used */
  async restore(): Promise<OwnCard | null> {
    return (await kept("own-digits"))?.card ?? null;
  }

  /** @throws {Error} in one line: what is wrong with them */
  async take(given: GivenDigits, onProgress: (done: number, total: number) => void): Promise<OwnCard> {
    const digits: ReadDigits =
      given.kind === "files" ? given : { kind: "pictures", pictures: await readPictures(given.pictures, onProgress) };
    const own = await read(digits);
    const { title, train, test, dataWords, dataset, notes } = own;
    const card: OwnCard = {
      name: dataset === "mnist" ? title : dataset,
      dataWords,
      ...{ images: train.size, testImages: test?.size ?? 0, notes },
    };
    this.own = own;
    const isKept = await keep("own-digits", { digits, card });
    return isKept ? card : { ...card, notes: [...notes, notKept("This choice")] };
  }

  /** @throws {Error} none were given, or what was kept is damaged */
  async digits(): Promise<AllDigits> {
    if (!this.own) {
      const stored = await kept("own-digits");
      if (!stored) throw new Error("Choose your own digits first: files in MNIST's format, or a folder of pictures.");
      this.own = await read(stored.digits);
    }
    const { own } = this;
    if (own.test) return { ...own, test: own.test };
    const [train, test] = own.train.split(Math.floor(own.train.size * TEST_SHARE), { seed: 0 });
    return { ...own, train, test };
  }
}

async function read(digits: ReadDigits): Promise<OwnDigits> {
  return digits.kind === "files" ? readOwnFiles(await bytesOf(digits.files)) : digitsOfPictures(digits.pictures);
}

async function bytesOf(files: readonly File[]): Promise<{ name: string; bytes: Uint8Array }[]> {
  // Before they are read.
  for (const { name, size } of files) checkSize(name, size);
  return Promise.all(files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
}
