// Another data set in MNIST's form, called what its user calls it: Fashion-MNIST, KMNIST, EMNIST's digits. Nobody knows its
// digest, so it is checked for its form alone.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DataError, formatShape } from "../lib/base/errors.ts";
import { readIdx } from "../lib/data/idx.ts";
import { plain } from "./dataset_name.ts";
import type { MnistRole } from "./mnist.ts";
import { gunzipWithin, readBytes } from "./mnist_file.node.ts";

/** What is stored: the images of a role, and their labels. */
export interface OtherSet {
  /** [N, 28, 28], upright. */
  readonly images: Uint8Array;
  /** [N] */
  readonly labels: Uint8Array;
  readonly size: number;
}

export interface OtherFiles {
  readonly folder: string;
  /** Its images' rows are columns: EMNIST's are. */
  readonly isTransposed: boolean;
  /** Paths. */
  readonly files: Readonly<Partial<Record<MnistRole, { readonly images: string; readonly labels: string }>>>;
}

const SIDE = 28;
/** More than any such set has: EMNIST's largest has 698,000 images. */
const MAX_BYTES = 800 * 2 ** 20;
/** "emnist-digits-train-images-idx3-ubyte.gz": prefix, role, what it is. MNIST's own call the test "t10k". */
const FILE_NAME = /^(?:(.+?)-)?(train|test|t10k)-(images|labels)[-.]idx[13]-ubyte(?:\.gz)?$/;

/**
 * The set's files: in the folder, in `raw` below it, or in a folder named like the set below it (torchvision's
 * `FashionMNIST/raw`). Of several sets in one folder (`emnist-digits-…`, `emnist-letters-…`) the one named like the set.
 *
 * @throws {DataError} there are none, a file is missing, or several sets might be meant
 */
export async function findOtherSet(named: string, name: string, roles: readonly MnistRole[]): Promise<OtherFiles> {
  const missing: string[] = [];
  for (const folder of await foldersOf(named, name)) {
    const sets = await setsIn(folder);
    const own = sets.filter(({ prefix }) => plain(prefix) === plain(name));
    const candidates = own.length > 0 ? own : sets;
    const whole = candidates.filter(({ files }) => roles.every((role) => files[role]?.images && files[role]?.labels));
    if (whole.length > 1) {
      const prefixes = whole.map(({ prefix }) => prefix || "train-images…");
      throw new DataError(
        `loadMnist: ${folder} holds several data sets: ${prefixes.join(", ")}; say which by its name.`,
        { folder, sets: prefixes },
      );
    }
    if (whole.length === 1) {
      const [{ prefix, files }] = whole;
      const isTransposed = [prefix, name].some((text) => plain(text).startsWith("emnist"));
      return { folder, isTransposed, files: files as OtherFiles["files"] };
    }
    if (candidates.length > 0) missing.push(folder);
  }
  const needed = roles.includes("train") ? "images and labels for training and test" : "images and labels for the test";
  throw new DataError(
    `loadMnist: ${missing[0] ?? named} does not hold the files of ${name}: ${needed}, in MNIST's form and with names such as ` +
      `${roles.includes("train") ? "train" : "t10k"}-images-idx3-ubyte.gz. Name the folder that has them.`,
    { dir: named, name },
  );
}

async function foldersOf(named: string, setName: string): Promise<string[]> {
  const isLike = (folder: string): boolean => {
    const [a, b] = [plain(folder), plain(setName)];
    return a !== "mnist" && a !== "" && (a.startsWith(b) || b.startsWith(a));
  };
  const below = (await entriesOf(named)).filter(({ name, isFolder }) => isFolder && isLike(name));
  return [named, join(named, "raw"), ...below.flatMap(({ name }) => [join(named, name, "raw"), join(named, name)])];
}

interface FoundSet {
  readonly prefix: string;
  readonly files: Partial<Record<MnistRole, { images?: string; labels?: string }>>;
}

async function setsIn(folder: string): Promise<FoundSet[]> {
  const sets = new Map<string, FoundSet>();
  for (const { name, isFolder } of await entriesOf(folder)) {
    const [, prefix = "", part, what] = FILE_NAME.exec(name) ?? [];
    if (part === undefined) continue;
    const set = sets.get(prefix) ?? { prefix, files: {} };
    sets.set(prefix, set);
    const role = part === "train" ? "train" : "test";
    const files = set.files[role] ?? {};
    set.files[role] = files;
    // Some archives unpack each file into a folder of its name.
    files[what as "images" | "labels"] = isFolder ? join(folder, name, name) : join(folder, name);
  }
  return [...sets.values()];
}

/** By name; none where the folder cannot be read. */
async function entriesOf(folder: string): Promise<{ name: string; isFolder: boolean }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws {DataError} a file is not IDX, not of 28 × 28 pixels, or there are not as many labels as images */
export async function readOtherSet({ files, isTransposed }: OtherFiles, role: MnistRole): Promise<OtherSet> {
  const paths = files[role];
  if (!paths) throw new Error(`${role} was not asked for`);
  const read = (path: string, rank: number) =>
    readIdx(gunzipWithin(readBytes(path, MAX_BYTES), MAX_BYTES, path), path, { rank });
  const { shape, data: images } = read(paths.images, 3);
  const { data: labels } = read(paths.labels, 1);
  const [size, height, width] = shape;
  if (height !== SIDE || width !== SIDE) {
    throw new DataError(`loadMnist: ${paths.images} holds ${formatShape(shape)}; the networks read 28 × 28 pixels.`, {
      path: paths.images,
      shape,
    });
  }
  if (labels.length !== size) {
    throw new DataError(
      `loadMnist: ${paths.labels} holds ${labels.length} labels for ${size} images of ${paths.images}. Are they of one set?`,
      { images: size, labels: labels.length },
    );
  }
  return { images: isTransposed ? transposed(images) : images, labels, size };
}

function transposed(images: Uint8Array): Uint8Array {
  const result = new Uint8Array(images.length);
  const pixels = SIDE * SIDE;
  for (let from = 0; from < images.length; from += pixels) {
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) result[from + x * SIDE + y] = images[from + y * SIDE + x];
    }
  }
  return result;
}
