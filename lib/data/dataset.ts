// Dataset: labelled pictures that stay in wasm memory as bytes, and the batches made of them.

import { DataError, formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { sha256 } from "../base/sha256.ts";
import { permutation } from "../ops/random.ts";
import { STREAMS } from "../runtime/rng.ts";
import { empty } from "../tensor/create.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { Batches, type BatchOptions } from "./batches.ts";

export interface DatasetOptions {
  /** What results say they are about: "MNIST train". */
  name: string;
  /** [N, H, W]; kept, not copied. */
  images: Tensor<"u8">;
  /** [N], each below `classes`. */
  labels: Tensor<"u8">;
  /** An integer from 1 to 256, as many as a byte tells apart; default 10. */
  classes?: number;
  /** Identifies the content in results; default: the SHA-256 of all pixels and labels. */
  digest?: string;
}

export const SPLITS = ["drawn", "block"] as const;

export interface SplitOptions {
  /** Which ones; default 0. */
  seed?: number;
  /**
   * "drawn": each by itself, without replacement; default. "block": one after another from a place that is drawn, going on at the
   * beginning after the end. Where a set is in the order of who made it, as MNIST's training pictures are in the order of their
   * writers, a block has hands that the rest does not, but for those at its two ends: what
   * is measured on it holds for others' hands.
   */
  how?: (typeof SPLITS)[number];
}

/**
 * Labelled pictures, one byte a pixel: 47 MB for MNIST's 60,000. What `take` and `split` give shares that
 * memory; batches are normalised as they are made.
 *
 * @throws {ShapeError} images or labels of another rank, or different numbers of them
 * @throws {DataError} a label that is not a class
 * @throws {OptionError} classes is not an integer from 1 to 256
 * @example
 *   const [rest, validation] = new Dataset({ name, images, labels }).split(5000, { seed: 0 });
 *   for (const { x, y } of rest.batches({ batchSize: 64, seed: 0, epoch })) step(x, y);
 */
export class Dataset {
  /** What it is, and how it was cut: "MNIST train, the first 1000". */
  readonly name: string;
  readonly size: number;
  /** How many classes the labels are of. */
  readonly classes: number;
  private readonly source: { images: Tensor<"u8">; labels: Tensor<"u8">; digest: string | null };
  /** The rows of the source that belong to this set, in order; null for all of them. */
  private readonly rows: Int32Array | null;
  private picked: { images: Tensor<"u8">; labels: Tensor<"u8"> } | null = null;

  constructor(options: DatasetOptions, /** @internal */ cut?: { from: Dataset; rows: Int32Array }) {
    this.name = options.name;
    this.classes = options.classes ?? 10;
    if (!cut) check(options, this.classes);
    const { images, labels, digest = null } = options;
    this.source = cut ? cut.from.source : { images: images.keep(), labels: labels.keep(), digest };
    this.rows = cut?.rows ?? null;
    this.size = this.rows ? this.rows.length : images.shape[0];
  }

  /** Identifies the whole set that this one was cut from; `name` says how. */
  get digest(): string {
    const { source } = this;
    source.digest ??= sha256(source.images.data, source.labels.data);
    return source.digest;
  }

  /** [size, H, W]: the source's own where the set is its beginning, else a copy, made once. */
  get images(): Tensor<"u8"> {
    return this.pick().images;
  }

  /** [size], likewise. */
  get labels(): Tensor<"u8"> {
    return this.pick().labels;
  }

  /**
   * The first n; all of them when there are fewer. Shares the memory.
   *
   * @throws {OptionError} n is not an integer ≥ 0
   */
  take(n: number): Dataset {
    checkCount("take", n);
    if (n >= this.size) return this;
    const rows = this.rows ? this.rows.subarray(0, n) : Int32Array.from({ length: n }, (_, i) => i);
    return this.cut(`, the first ${n}`, rows);
  }

  /**
   * Sets `count` pictures apart. The rest keeps its order. Shares the memory.
   *
   * @returns the rest, and the part that was set apart
   * @throws {OptionError} count is not an integer from 0 to size, seed not one ≥ 0, how none of the two
   */
  split(count: number, { seed = 0, how = "drawn" }: SplitOptions = {}): [rest: Dataset, part: Dataset] {
    checkCount("split", count);
    if (!SPLITS.includes(how)) {
      throw new OptionError(`split: how must be "drawn" or "block"; got ${JSON.stringify(how)}.`, { how });
    }
    if (count > this.size) {
      throw new OptionError(`split: cannot draw ${count} out of ${this.size} pictures of ${this.name}.`, {
        count,
        size: this.size,
      });
    }
    const drawn = permutation(this.size, { seed, stream: STREAMS.split });
    const first = drawn[0] ?? 0;
    const order = how === "drawn" ? drawn : drawn.map((_, i) => (first + i) % this.size);
    const rows = (from: number, to: number): Int32Array =>
      order
        .slice(from, to)
        .sort()
        .map((i) => this.rows?.[i] ?? i);
    const part = how === "drawn" ? `${count} drawn with seed ${seed}` : `the ${count} from ${first} on`;
    return [this.cut(` without ${part}`, rows(count, this.size)), this.cut(`, ${part}`, rows(0, count))];
  }

  /**
   * The set in batches, each `{ x: [B, H, W, 1] f32 normalised, y: [B] i32 }`; the last may be smaller.
   * A batch's tensors live until the next one is asked for, or the loop is left; `keep()` exempts them.
   *
   * @param options.batchSize pictures a batch
   * @param options.seed      shuffles, differently in each epoch; default: in order
   * @param options.epoch     which shuffle; default 0
   * @param options.dropLast  leave out a last batch that is not full; default false
   * @param options.augment   how far each picture is distorted, by a draw from seed, epoch and its place in the order;
   *   default: not at all. See `augmentImages`
   * @param options.distort   by how much all pictures are distorted; default: not. See `distortImages`
   * @throws {OptionError} batchSize is not an integer ≥ 1, seed or epoch not one ≥ 0, a distortion outside its limits
   *
   * Cost: one pass over a batch's pictures when it is asked for; nothing on the JS heap in proportion to the pixels.
   */
  batches(options: BatchOptions): Batches {
    return new Batches(this.source.images, this.source.labels, this.rows, options);
  }

  private cut(how: string, rows: Int32Array): Dataset {
    const { images, labels } = this.source;
    return new Dataset({ name: this.name + how, images, labels, classes: this.classes }, { from: this, rows });
  }

  private pick(): { images: Tensor<"u8">; labels: Tensor<"u8"> } {
    this.picked ??= {
      images: pickRows(this.source.images, this.rows),
      labels: pickRows(this.source.labels, this.rows),
    };
    return this.picked;
  }
}

/** The chosen rows of x: a view where they are its first ones, else a copy. */
function pickRows(x: Tensor<"u8">, rows: Int32Array | null): Tensor<"u8"> {
  const [count, ...rest] = x.shape;
  const shape = [rows ? rows.length : count, ...rest];
  if (!rows || rows.every((row, i) => row === i)) return viewOf(x, shape).keep();
  const y = empty(shape, "u8").keep();
  const rowSize = sizeOf(rest);
  const { data } = y;
  const source = x.data;
  rows.forEach((row, i) => {
    data.set(source.subarray(row * rowSize, (row + 1) * rowSize), i * rowSize);
  });
  return y;
}

function checkCount(op: string, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw new OptionError(`${op}: the number of pictures must be an integer ≥ 0; got ${count}.`, { count });
  }
}

function check({ name, images, labels }: DatasetOptions, classes: number): void {
  if (images.shape.length !== 3 || !sameShape(labels.shape, [images.shape[0]])) {
    throw new ShapeError(
      `dataset: images must be [N, H, W] and labels [N]; got ${formatShape(images.shape)} and ${formatShape(labels.shape)}.`,
      { images: images.shape, labels: labels.shape },
    );
  }
  if (!Number.isInteger(classes) || classes < 1 || classes > 256) {
    throw new OptionError(`dataset: classes must be an integer from 1 to 256; got ${classes}.`, { classes });
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    const label = labels.data[wrong];
    throw new DataError(`dataset: label ${wrong} of ${name} is ${label}; labels go from 0 to ${classes - 1}.`, {
      name,
      index: wrong,
      label,
    });
  }
}
