// Batches: a walk through a data set, shuffled or in order.

import { noGrad } from "../autograd/grad_mode.ts";
import { boolean, check, checkOptions, integer, object, orNull, type Rule, required } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { gather } from "../ops/gather.ts";
import { permutation } from "../ops/random.ts";
import { STREAMS } from "../runtime/rng.ts";
import { empty } from "../tensor/create.ts";
import { scope } from "../tensor/scope.ts";
import type { DType, Tensor } from "../tensor/tensor.ts";
import { type Augmentation, augmentImages, checkAugmentation } from "./augment.ts";
import { checkDistortion, type Distortion, distortImages } from "./distort.ts";
import { type Normalization, normalizeRows } from "./normalize.ts";

/** Labels come as i32, whatever they are stored as; targets as the f32 that they are. */
export type BatchType<Y extends DType> = Y extends "f32" ? "f32" : "i32";

export interface Batch<Y extends DType = "i32"> {
  /** [B, H, W, C] or [B, F], normalised. */
  readonly x: Tensor<"f32">;
  /** [B] i32, the labels; or [B, …] f32, the targets. */
  readonly y: Tensor<BatchType<Y>>;
}

export interface BatchOptions {
  batchSize: number;
  seed?: number;
  epoch?: number;
  dropLast?: boolean;
  augment?: Augmentation;
  distort?: Distortion;
}

interface Samples<Y extends DType> {
  x: Tensor<"u8" | "f32">;
  y: Tensor<Y>;
  /** Of one of x in a batch. */
  inputShape: readonly number[];
  normalization: Normalization | null;
  /** Which rows, in order; null for all of them. */
  rows: Int32Array | null;
  size: number;
}

const RULES: Readonly<Record<keyof BatchOptions, Rule>> = {
  batchSize: /* @__PURE__ */ required(integer(1)),
  seed: /* @__PURE__ */ integer(0),
  epoch: /* @__PURE__ */ integer(0),
  dropLast: boolean,
  // These say themselves what is wrong with them.
  augment: /* @__PURE__ */ orNull(object),
  distort: /* @__PURE__ */ orNull(object),
};

/** What `Dataset.batches()` gives: may be walked through several times, with the same result. */
export class Batches<Y extends DType = "i32"> implements Iterable<Batch<Y>> {
  /** How many batches there are. */
  readonly length: number;

  /** @internal */
  constructor(
    private readonly samples: Samples<Y>,
    private readonly options: Readonly<BatchOptions>,
  ) {
    checkOptions("batches", options, RULES);
    const { batchSize, dropLast = false, augment, distort } = options;
    if (augment) checkAugmentation(augment);
    if (distort) checkDistortion(distort);
    if (augment && distort) {
      throw new OptionError("batches: augment and distort exclude each other; give one.");
    }
    if ((augment || distort) && samples.inputShape.length !== 3) {
      throw new OptionError(
        `batches: ${augment ? "augment" : "distort"} is for images; this data set has features. Leave it out.`,
      );
    }
    this.length = dropLast ? Math.floor(samples.size / batchSize) : Math.ceil(samples.size / batchSize);
  }

  [Symbol.iterator](): Iterator<Batch<Y>> {
    return this.from(0)[Symbol.iterator]();
  }

  /** Those from the given one on, counted from 0, as if all before had been asked for. */
  *from(first: number): Iterable<Batch<Y>> {
    check("from", "first", first, integer(0));
    const { batchSize } = this.options;
    const order = this.order();
    for (let b = first; b < this.length; b++) {
      const batch = this.make(order, b * batchSize, Math.min((b + 1) * batchSize, this.samples.size));
      try {
        yield batch;
      } finally {
        // Reached when the next one is asked for, and when the loop is left.
        if (!batch.x.isKept) batch.x.dispose();
        if (!batch.y.isKept) batch.y.dispose();
      }
    }
  }

  /** The rows of the source in the order of this walk; null where that is their own. */
  private order(): Int32Array | null {
    const { seed, epoch = 0 } = this.options;
    const { rows, size } = this.samples;
    if (seed === undefined) return rows;
    const order = permutation(size, { seed, stream: STREAMS.shuffle, step: epoch });
    return rows ? order.map((i) => rows[i]) : order;
  }

  private make(order: Int32Array | null, from: number, to: number): Batch<Y> {
    // Where the labels find no memory, the inputs go.
    return noGrad(() =>
      scope(() => {
        const index = empty([to - from], "i32");
        const { data } = index;
        for (let i = from; i < to; i++) data[i - from] = order ? order[i] : i;
        return { x: this.inputs(index, from), y: this.labels(index) as Tensor<BatchType<Y>> };
      }),
    );
  }

  private inputs(index: Tensor<"i32">, position: number): Tensor<"f32"> {
    const { augment, distort, seed = 0, epoch = 0 } = this.options;
    const { x, inputShape, normalization } = this.samples;
    if (augment) return augmentImages(x, index, augment, { seed, epoch, position }, normalization);
    if (distort) return distortImages(x, index, distort, normalization);
    return normalizeRows(x, normalization, index, [index.size, ...inputShape]);
  }

  private labels(index: Tensor<"i32">): Tensor<"i32" | "f32"> {
    const rows: Tensor = gather(this.samples.y, index);
    if (rows.dtype !== "u8") return rows as Tensor<"i32" | "f32">;
    const labels = empty(rows.shape, "i32");
    labels.data.set(rows.values);
    return labels;
  }
}
