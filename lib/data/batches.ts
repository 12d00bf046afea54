// Batches: a walk through a data set, shuffled or in order.

import { OptionError } from "../base/errors.ts";
import { permutation } from "../ops/random.ts";
import { STREAMS } from "../runtime/rng.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Augmentation, augmentImages, checkAugmentation } from "./augment.ts";
import { checkDistortion, type Distortion, distortImages } from "./distort.ts";
import { normalizeImages } from "./normalize.ts";

export interface Batch {
  /** [B, H, W, 1], normalised. */
  readonly x: Tensor<"f32">;
  /** [B]. */
  readonly y: Tensor<"i32">;
}

export interface BatchOptions {
  batchSize: number;
  seed?: number;
  epoch?: number;
  dropLast?: boolean;
  augment?: Augmentation;
  distort?: Distortion;
}

/** What `Dataset.batches()` gives: may be walked through several times, with the same result. */
export class Batches implements Iterable<Batch> {
  /** How many batches there are. */
  readonly length: number;
  private readonly size: number;

  /** @internal */
  constructor(
    private readonly images: Tensor<"u8">,
    private readonly labels: Tensor<"u8">,
    private readonly rows: Int32Array | null,
    private readonly options: Readonly<BatchOptions>,
  ) {
    const { batchSize, seed = 0, epoch = 0, dropLast = false } = options;
    check("batchSize", batchSize, 1);
    check("seed", seed, 0);
    check("epoch", epoch, 0);
    if (options.augment) checkAugmentation(options.augment);
    if (options.distort) checkDistortion(options.distort);
    if (options.augment && options.distort) {
      throw new OptionError("batches: augment and distort exclude each other; give one.");
    }
    this.size = rows ? rows.length : labels.size;
    this.length = dropLast ? Math.floor(this.size / batchSize) : Math.ceil(this.size / batchSize);
  }

  [Symbol.iterator](): Iterator<Batch> {
    return this.from(0)[Symbol.iterator]();
  }

  /** Those from the given one on, counted from 0, as if all before had been asked for. */
  *from(first: number): Iterable<Batch> {
    const { batchSize } = this.options;
    const order = this.order();
    for (let b = first; b < this.length; b++) {
      const batch = this.make(order, b * batchSize, Math.min((b + 1) * batchSize, this.size));
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
    const { rows } = this;
    if (seed === undefined) return rows;
    const order = permutation(this.size, { seed, stream: STREAMS.shuffle, step: epoch });
    return rows ? order.map((i) => rows[i]) : order;
  }

  private make(order: Int32Array | null, from: number, to: number): Batch {
    const y = empty([to - from], "i32");
    using index = empty([to - from], "i32");
    const { data } = index;
    for (let i = from; i < to; i++) data[i - from] = order ? order[i] : i;
    const { data: labels } = this.labels;
    y.data.set(data.map((row) => labels[row]));
    return { x: this.pictures(index, from), y };
  }

  private pictures(index: Tensor<"i32">, position: number): Tensor<"f32"> {
    const { augment, distort, seed = 0, epoch = 0 } = this.options;
    if (augment) return augmentImages(this.images, index, augment, { seed, epoch, position });
    return distort ? distortImages(this.images, index, distort) : normalizeImages(this.images, index);
  }
}

function check(name: string, value: number, low: number): void {
  if (!Number.isInteger(value) || value < low) {
    throw new OptionError(`batches: ${name} must be an integer ≥ ${low}; got ${value}.`, { [name]: value });
  }
}
