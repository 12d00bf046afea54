// Dataset: labelled images or feature vectors that stay in wasm memory as they came, and the batches made of them.

import { noGrad } from "../autograd/grad_mode.ts";
import { anything, check, checkOptions, integer, oneOf, type Rule, required, string } from "../base/check.ts";
import { DataError, DTypeError, formatShape, OptionError, ShapeError } from "../base/errors.ts";
import { formatCount } from "../base/format_count.ts";
import { INSPECT } from "../base/inspect.ts";
import { printable } from "../base/printable.ts";
import { sha256 } from "../base/sha256.ts";
import { gather } from "../ops/gather.ts";
import { permutation } from "../ops/random.ts";
import { STREAMS } from "../runtime/rng.ts";
import { COPY, THIS_COPY } from "../tensor/check_copy.ts";
import { checkIndices } from "../tensor/check_indices.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { tensor } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { Batches, type BatchOptions } from "./batches.ts";
import { checkNormalization, type Normalization } from "./normalize.ts";

/** Labels of up to 256 classes are bytes, as they lie in most files; i32 is for more. */
export type LabelType = "u8" | "i32";
/** Images and features may stay bytes until a batch is made of them. */
export type InputType = "u8" | "f32";

export type DatasetOptions<Y extends LabelType | "f32" = LabelType, X extends InputType = InputType> = {
  /** What results say they are about: "CIFAR-10 train". */
  name: string;
  /** How batches are normalised; default: not, which is x/255 of bytes, and f32 as it is. */
  normalization?: Normalization;
  /** Identifies the content in results; default: the SHA-256 of all inputs and all labels or targets. */
  digest?: string;
} & (
  | {
      /** [N, H, W] or [N, H, W, C]; kept, not copied. Bytes take a quarter of the memory. */
      images: Tensor<X>;
      features?: undefined;
    }
  | {
      /** [N, F]; kept, not copied. */
      features: Tensor<X>;
      images?: undefined;
    }
) &
  (
    | {
        /** [N], each from 0 to classes − 1: u8, which is enough for 256 classes, or i32. Kept, not copied. */
        labels: Tensor<Y>;
        /** An integer above every label, at most 256 with u8; default: the largest label + 1. */
        classes?: number;
        targets?: undefined;
      }
    | {
        /** [N, …] f32: what a model's outputs are to come close to, so of their shape: [N, 1] for a `Linear(F, 1)`. Kept, not copied. */
        targets: Tensor<Y>;
        labels?: undefined;
        classes?: undefined;
      }
  );

/** One with labels, or one with targets. */
export type AnyDataset = Dataset<LabelType | "f32">;

export const SPLITS = ["random", "contiguous"] as const;

export interface SplitOptions {
  /** Which ones; default 0. */
  seed?: number;
  /**
   * "random": chosen one by one, without replacement; default. "contiguous": one after another from a random place, from
   * the end on to the beginning. Where samples are ordered by writer, such a part comes
   * from other writers than the rest, except at its two ends, so what is measured on it holds for people who were never seen.
   */
  how?: (typeof SPLITS)[number];
}

const SPLIT_RULES: Readonly<Record<keyof SplitOptions, Rule>> = {
  seed: /* @__PURE__ */ integer(0),
  how: /* @__PURE__ */ oneOf(...SPLITS),
};

interface Source<Y extends LabelType | "f32", X extends InputType> {
  x: Tensor<X>;
  y: Tensor<Y>;
  digest: string | null;
}

/**
 * Samples with the answers that a model is to learn: images or feature vectors, with the label of a class each or with
 * targets. They stay as they are: bytes take a byte, 154 MB for 50,000 images of 32×32×3. What `take` and `split` give shares that memory;
 * batches are normalised as they are made.
 *
 * `Dataset` alone is one with labels; one with targets is a `Dataset<"f32">`.
 *
 * @throws {ShapeError} inputs, labels or targets of another rank, or different numbers of them
 * @throws {DTypeError} inputs that are neither u8 nor f32, labels neither u8 nor i32, targets not f32
 * @throws {DataError} a label that is no class
 * @throws {OptionError} not one of images and features, or of labels and targets; classes is not an integer ≥ 1, or is more than
 *   256 with labels of u8; what `normalizeImages` finds wrong with the normalisation
 * @example
 *   const normalization = { mean: [0.49, 0.48, 0.45], std: [0.25, 0.24, 0.26] };
 *   const [rest, validation] = new Dataset({ name, images, labels, normalization }).split(5000, { seed: 0 });
 *   for (const { x, y } of rest.batches({ batchSize: 64, seed: 0, epoch })) step(x, y);
 * @example const houses = new Dataset({ name: "houses", features, targets, normalization: { mean, std } });
 */
export class Dataset<Y extends LabelType | "f32" = LabelType, X extends InputType = InputType> {
  /** What it is, and how it was cut: "CIFAR-10 train, the first 1000". */
  readonly name: string;
  readonly size: number;
  /** How many classes the labels are of; 0 where there are targets. */
  readonly classes: number;
  /** How batches are normalised; null: not. */
  readonly normalization: Normalization | null;
  /** Of one sample in a batch: [H, W, C] or [F]. */
  readonly inputShape: readonly number[];
  /** Whether its samples are images, and not feature vectors. */
  readonly hasImages: boolean;
  /** Whether it has labels, and not targets. */
  readonly hasLabels: boolean;
  private readonly source: Source<Y, X>;
  /** The rows of the source that belong to this set, in order; null for all of them. */
  private readonly rows: Int32Array | null;
  private picked: { x: Tensor<X>; y: Tensor<Y> } | null = null;

  constructor(options: DatasetOptions<Y, X>);
  /** @internal */
  constructor(options: DatasetOptions<Y, X>, cut: { from: Dataset<Y, X>; rows: Int32Array });
  constructor(options: DatasetOptions<Y, X>, cut?: { from: Dataset<Y, X>; rows: Int32Array }) {
    // Whoever calls new Dataset(images, labels) is told what it takes.
    const from = cut?.from ?? null;
    const { x, y } = from ? from.source : partsOf(options);
    const { name, digest = null, normalization = null } = options;
    this.name = name;
    this.normalization = normalization;
    this.hasImages = options.images !== undefined;
    this.hasLabels = options.labels !== undefined;
    this.inputShape = Object.freeze(x.shape.length === 3 ? [...x.shape.slice(1), 1] : x.shape.slice(1));
    this.classes = from ? from.classes : this.hasLabels ? classesOf(options, y) : 0;
    if (!from) checkNormalization("dataset", normalization, this.inputShape[this.inputShape.length - 1]);
    this.source = from ? from.source : { x: x.keep(), y: y.keep(), digest };
    this.rows = from && cut ? cut.rows : null;
    this.size = this.rows ? this.rows.length : x.shape[0];
  }

  /** Identifies the whole set that this one was cut from; `name` says how. */
  get digest(): string {
    const { source } = this;
    source.digest ??= sha256(bytesOf(source.x), bytesOf(source.y));
    return source.digest;
  }

  /**
   * [size, H, W] or [size, H, W, C], not normalised: the source's own where the set is its beginning, else a copy, made once.
   *
   * @throws {DataError} it has features
   */
  get images(): Tensor<X> {
    this.checkHas("images", this.hasImages, "features");
    return this.pick().x;
  }

  /** [size, F], likewise. @throws {DataError} it has images */
  get features(): Tensor<X> {
    this.checkHas("features", !this.hasImages, "images");
    return this.pick().x;
  }

  /** [size], likewise. @throws {DataError} it has targets */
  get labels(): Tensor<Exclude<Y, "f32">> {
    this.checkHas("labels", this.hasLabels, "targets");
    return this.pick().y as Tensor<DType> as Tensor<Exclude<Y, "f32">>;
  }

  /** [size, …], likewise. @throws {DataError} it has labels */
  get targets(): Tensor<Extract<Y, "f32">> {
    this.checkHas("targets", !this.hasLabels, "labels");
    return this.pick().y as Tensor<DType> as Tensor<Extract<Y, "f32">>;
  }

  /**
   * The first n; all of them when there are fewer. Shares the memory.
   *
   * @throws {OptionError} n is not an integer ≥ 0
   */
  take(n: number): Dataset<Y, X> {
    checkCount("take", n);
    if (n >= this.size) return this;
    const rows = this.rows ? this.rows.subarray(0, n) : Int32Array.from({ length: n }, (_, i) => i);
    return this.cut(`, the first ${n}`, rows);
  }

  /**
   * Sets `count` samples apart. The rest keeps its order. Shares the memory.
   *
   * @returns the rest, and the part that was set apart
   * @throws {OptionError} count is not an integer from 0 to size, seed not one ≥ 0, how none of the two
   */
  split(count: number, options: SplitOptions = {}): [rest: Dataset<Y, X>, part: Dataset<Y, X>] {
    checkCount("split", count);
    checkOptions("split", options, SPLIT_RULES);
    const { seed = 0, how = "random" } = options;
    if (count > this.size) {
      throw new OptionError(`split: cannot draw ${count} out of ${this.size} samples of ${this.name}.`, {
        count,
        size: this.size,
      });
    }
    const drawn = permutation(this.size, { seed, stream: STREAMS.split });
    const first = drawn[0] ?? 0;
    const order = how === "random" ? drawn : drawn.map((_, i) => (first + i) % this.size);
    const rows = (from: number, to: number): Int32Array =>
      order
        .slice(from, to)
        .sort()
        .map((i) => this.rows?.[i] ?? i);
    // Runs are resumed, and compared, by these names.
    const part = how === "random" ? `${count} drawn with seed ${seed}` : `the ${count} from ${first} on`;
    return [this.cut(` without ${part}`, rows(count, this.size)), this.cut(`, ${part}`, rows(0, count))];
  }

  /**
   * The set in batches, each `{ x: [B, H, W, C] or [B, F] f32, normalised, y: [B] i32, or [B, …] f32 for targets }`; the last may be
   * smaller. A batch's tensors live until the next one is asked for, or the loop is left; `keep()` exempts them.
   *
   * @param options.batchSize samples a batch
   * @param options.seed      shuffles, differently in each epoch; default: in order
   * @param options.epoch     which shuffle; default 0
   * @param options.dropLast  leave out a last batch that is not full; default false
   * @param options.augment   how far each image is distorted, by a draw from seed, epoch and its place in the order;
   *   default: not at all. See `augmentImages`
   * @param options.distort   by how much all images are distorted; default: not. See `distortImages`
   * @throws {OptionError} batchSize is not an integer ≥ 1, seed or epoch not one ≥ 0, a distortion outside its limits or of
   *   features
   *
   * Cost: one pass over a batch's samples when it is asked for; nothing on the JS heap in proportion to their values.
   */
  batches(options: BatchOptions): Batches<Y> {
    const { source, inputShape, normalization, rows, size } = this;
    return new Batches({ ...source, inputShape, normalization, rows, size }, options);
  }

  /** @internal */
  get [COPY](): typeof THIS_COPY {
    return THIS_COPY;
  }

  /** @internal */
  [INSPECT](): string {
    const { name, size, inputShape, hasImages, hasLabels, classes } = this;
    const of = `${formatCount(size)} ${hasImages ? "images" : "feature vectors"} ${formatShape(inputShape)}`;
    return `Dataset { ${printable(name)}: ${of}, ${hasLabels ? `labels of ${classes} classes` : "targets"} }`;
  }

  private cut(how: string, rows: Int32Array): Dataset<Y, X> {
    const { x, y } = this.source;
    const options = {
      name: this.name + how,
      normalization: this.normalization ?? undefined,
      ...(this.hasImages ? { images: x } : { features: x }),
      ...(this.hasLabels ? { labels: y } : { targets: y }),
    } as DatasetOptions<Y, X>;
    return cutOut(options, this, rows);
  }

  private pick(): { x: Tensor<X>; y: Tensor<Y> } {
    const { source, rows } = this;
    this.picked ??= { x: pickRows(source.x, rows), y: pickRows(source.y, rows) };
    return this.picked;
  }

  private checkHas(name: string, has: boolean, other: string): void {
    if (has) return;
    throw new DataError(`dataset: ${this.name} has ${other}, no ${name}; ask for .${other}.`, { name: this.name });
  }
}

/** Outside the class: bundlers rename one that speaks of itself. */
function cutOut<Y extends LabelType | "f32", X extends InputType>(
  options: DatasetOptions<Y, X>,
  from: Dataset<Y, X>,
  rows: Int32Array,
): Dataset<Y, X> {
  return new Dataset(options, { from, rows });
}

/** The chosen rows of x: a view where they are its first ones, else a copy. */
function pickRows<D extends DType>(x: Tensor<D>, rows: Int32Array | null): Tensor<D> {
  const [count, ...rest] = x.shape;
  const shape = [rows ? rows.length : count, ...rest];
  if (!rows || rows.every((row, i) => row === i)) return viewOf(x, shape).keep();
  return noGrad(() => scope(() => gather(x, tensor(rows)))).keep();
}

function bytesOf({ values: { buffer, byteOffset, byteLength } }: Tensor): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function checkCount(op: string, count: number): void {
  check(op, "the number of samples", count, integer(0));
}

type DatasetOption = "name" | "images" | "features" | "labels" | "targets" | "classes" | "normalization" | "digest";

const RULES: Readonly<Record<DatasetOption, Rule>> = {
  name: /* @__PURE__ */ required(string),
  // Checked with each other.
  images: anything,
  features: anything,
  labels: anything,
  targets: anything,
  classes: anything,
  normalization: anything,
  digest: string,
};

function partsOf<Y extends LabelType | "f32", X extends InputType>(
  options: DatasetOptions<Y, X>,
): { x: Tensor<X>; y: Tensor<Y> } {
  checkOptions("dataset", options, RULES);
  const x = eitherOf("images", options.images, "features", options.features);
  const y = eitherOf("labels", options.labels, "targets", options.targets);
  const xName = options.images ? "images" : "features";
  const yName = options.labels ? "labels" : "targets";
  checkTensor("dataset", xName, x, "any");
  checkTensor("dataset", yName, y, "any");
  const xTypes = ["u8", "f32"];
  const yTypes = yName === "labels" ? ["u8", "i32"] : ["f32"];
  if (!xTypes.includes(x.dtype) || !yTypes.includes(y.dtype)) {
    throw new DTypeError(
      `dataset: ${xName} must be ${xTypes.join(" or ")}, ${yName} ${yTypes.join(" or ")}; got ${x.dtype} and ${y.dtype}.`,
      { [xName]: x.dtype, [yName]: y.dtype },
    );
  }
  const [xRank, yRank] = [x.shape.length, y.shape.length];
  const xFits = xName === "images" ? xRank === 3 || xRank === 4 : xRank === 2;
  const yFits = yName === "labels" ? yRank === 1 : yRank >= 1;
  if (!xFits || !yFits || x.shape[0] !== y.shape[0]) {
    const expected = xName === "images" ? "[N, H, W] or [N, H, W, C]" : "[N, F]";
    throw new ShapeError(
      `dataset: ${xName} must be ${expected} and ${yName} ${yName === "labels" ? "[N]" : "[N, …]"}; ` +
        `got ${formatShape(x.shape)} and ${formatShape(y.shape)}.`,
      { [xName]: x.shape, [yName]: y.shape },
    );
  }
  return { x, y };
}

function eitherOf<T>(nameA: string, a: T | undefined, nameB: string, b: T | undefined): T {
  if (a && !b) return a;
  if (b && !a) return b;
  throw new OptionError(`dataset: give either ${nameA} or ${nameB}; got ${a ? "both" : "neither"}.`);
}

/** How many classes there are, once it is sure that every label is one. */
function classesOf(options: { name: string; classes?: number }, labels: Tensor): number {
  const { values } = labels;
  let largest = -1;
  for (const label of values) if (label > largest) largest = label;
  const { name, classes = Math.max(1, largest + 1) } = options;
  const most = labels.dtype === "u8" ? 256 : 2 ** 31 - 1;
  const limit = labels.dtype === "u8" ? "from 1 to 256, as many as u8 labels can name" : "≥ 1";
  check("dataset", "classes", classes, { says: `an integer ${limit}`, holds: integer(1, most).holds });
  checkIndices("dataset", "label", values, classes, ` of ${name}`);
  return classes;
}
