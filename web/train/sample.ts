// The sample of MNIST that comes with the page: the first 10,000 training images, and all 10,000 test images. Each is a file of
// the page's own server, fetched when somebody asks for it.

import { type DigitSet, type MnistRole, readMnist } from "../../data/index.ts";
import { fetchBytes } from "../read/files.ts";

const urls = import.meta.glob<string>("../../data/mnist-sample/*.gz", {
  query: "?url",
  import: "default",
  eager: true,
});

/** As MNIST's files begin. */
const PREFIXES: Readonly<Record<MnistRole, string>> = { train: "train", test: "t10k" };

/**
 * In a worker: the images are unpacked into its kernels' memory, and proven to be the right ones.
 *
 * @throws {Error} one line for people: a file that could not be loaded, or is another
 * @example const test = await loadSample("test");
 */
export async function loadSample(role: MnistRole): Promise<DigitSet> {
  const bytes = async (part: string): Promise<Uint8Array> => {
    const found = Object.keys(urls).find((path) => path.includes(`/${PREFIXES[role]}-${part}`)) as string;
    return new Uint8Array(await fetchBytes(urls[found]));
  };
  const [images, labels] = await Promise.all([bytes("images"), bytes("labels")]);
  return readMnist({ images, labels }, { role });
}
