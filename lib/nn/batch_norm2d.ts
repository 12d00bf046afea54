import { check, checkOptions, integer, positive, upTo1 } from "../base/check.ts";
import { batchNorm2d } from "../ops/batch_norm2d.ts";
import { ones, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { parameter } from "./init.ts";
import { Module } from "./module.ts";

export interface BatchNorm2dLayerOptions {
  /** Added to the variance; default 1e-5. */
  eps?: number;
  /** The share of the new value in the running statistics; default 0.1. */
  momentum?: number;
}

/**
 * Batch normalisation of images [N, H, W, C], channel by channel; see the op `batchNorm2d`. In training by the
 * batch's own mean and variance, which also move the running ones; in evaluation by the running ones.
 *
 * weight [C] starts at 1, bias [C] at 0, running_mean at 0, running_var at 1: PyTorch's definition and defaults.
 *
 * A training forward that throws, where memory runs out for one, leaves the statistics of its layer as they were; those of
 * the layers before it have counted the batch.
 *
 * @throws {OptionError} channels is not an integer ≥ 1, eps not > 0, momentum not in [0, 1], or an option of another name
 * @example new BatchNorm2d(32)
 */
export class BatchNorm2d extends Module {
  readonly weight: Tensor<"f32">;
  readonly bias: Tensor<"f32">;
  readonly runningMean: Tensor<"f32">;
  readonly runningVar: Tensor<"f32">;
  /** A scalar: training batches seen. */
  readonly numBatchesTracked: Tensor<"i32">;
  readonly eps: number;
  /** The share of the new value in the running statistics. */
  momentum: number;
  /** The running statistics before a batch; a copy made each time would be dear. */
  readonly #before: Float32Array;

  constructor(channels: number, options: BatchNorm2dLayerOptions = {}) {
    super();
    check("BatchNorm2d", "channels", channels, integer(1));
    checkOptions("BatchNorm2d", options, { eps: positive, momentum: upTo1 });
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum ?? 0.1;
    this.weight = parameter([channels]);
    this.bias = parameter([channels]);
    this.runningMean = this.registerBuffer("running_mean", zeros([channels]));
    this.runningVar = this.registerBuffer("running_var", ones([channels]));
    this.#before = new Float32Array(2 * channels);
    this.numBatchesTracked = this.registerBuffer("num_batches_tracked", zeros([], "i32"));
    this.initializeOwn();
  }

  forward(x: Tensor): Tensor<"f32"> {
    return this.normalize(x, false);
  }

  /** @internal With relu max(y, 0) in place of y. */
  normalize(x: Tensor, relu: boolean): Tensor<"f32"> {
    const { runningMean, runningVar, isTraining, momentum, eps } = this;
    const normalize = () =>
      batchNorm2d(x, this.weight, this.bias, { runningMean, runningVar, isTraining, momentum, eps, relu });
    return isTraining ? this.countBatch(normalize) : normalize();
  }

  /** @internal Runs a training forward, which moves the running statistics: as a whole, or not at all where it throws. */
  countBatch(forward: () => Tensor<"f32">): Tensor<"f32"> {
    const running = [this.runningMean, this.runningVar];
    const before = this.#before;
    running.forEach(({ values }, i) => {
      before.set(values, i * values.length);
    });
    try {
      const y = forward();
      this.numBatchesTracked.data[0]++;
      return y;
    } catch (error) {
      running.forEach(({ data }, i) => {
        data.set(before.subarray(i * data.length, (i + 1) * data.length));
      });
      throw error;
    }
  }

  protected override initializeOwn(): void {
    this.weight.data.fill(1);
    this.bias.data.fill(0);
    this.runningMean.data.fill(0);
    this.runningVar.data.fill(1);
    this.numBatchesTracked.data.fill(0);
  }
}
