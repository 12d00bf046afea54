// Live: looks at a network while it is trained. Nothing of it changes by being looked at.

import { type Dataset, evaluate, type Sequential } from "../../lib/index.ts";
import { Classifier } from "../../models/index.ts";
import type { Filters, LiveView } from "./messages.ts";

/** Validation images for the confusion matrix: enough to see what is mistaken for what, few enough to be read in passing. */
const IMAGES = 500;

export class Live {
  private readonly classifier: Classifier;
  private readonly images: Dataset;

  constructor(
    private readonly model: Sequential,
    validation: Dataset,
  ) {
    this.classifier = new Classifier(model);
    this.images = validation.take(IMAGES);
  }

  /** @param drawing what the networks see of it; null: nothing is drawn */
  look(drawing: Uint8Array | null): LiveView {
    const { model, images, classifier } = this;
    const [, first] = model.namedParameters()[0];
    return {
      filters: filtersOf(first.shape, first.values),
      confusion: orNull(() => evaluate(model, images).confusion),
      answer: drawing && orNull(() => classifier.read(drawing).probabilities),
    };
  }
}

/**
 * @param shape [side, side, 1, count] of a convolution, or [side·side, count] of a linear layer
 * @param values as they lie in memory: the filter's number runs fastest
 */
function filtersOf(shape: readonly number[], values: ArrayLike<number>): Filters {
  const count = shape[shape.length - 1];
  const size = values.length / count;
  const weights = Float32Array.from(
    { length: values.length },
    (_, i) => values[(i % size) * count + Math.floor(i / size)],
  );
  return { side: Math.sqrt(size), count, weights };
}

/** A network whose weights are no numbers has no answer; that its training diverged, the trainer says. */
function orNull<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
