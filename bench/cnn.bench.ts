// The CNN as a whole: a training step at batch 64, and inference at batch 1 and 64.

import { backward, noGrad, scope, type Tensor } from "../lib/index.ts";
import type { Benchmark } from "./benchmark.ts";
import { type CnnStep, cnnStep } from "./cnn_step.ts";

const BATCH = 64;
/** Multiply-adds an image: [output positions, terms of each]. */
const CONV1 = 28 * 28 * 32 * 9;
const CONV2 = 14 * 14 * 64 * 9 * 32;
const CONV3 = 7 * 7 * 128 * 9 * 64;
const LINEAR = 128 * 64 + 64 * 10;
const FORWARD = 2 * (CONV1 + CONV2 + CONV3 + LINEAR);
/** Twice as much for the gradients, but for that of the pictures, which nobody needs. */
const TRAINING = 3 * FORWARD - 2 * CONV1;

export const benchmarks: Benchmark[] = [training(), inference(1), inference(BATCH)];

function training(): Benchmark {
  return {
    name: `cnn training step, batch ${BATCH}`,
    flops: BATCH * TRAINING,
    images: BATCH,
    tolerance: 2e-2,
    setUp: () => ({ run: cnnStep(BATCH).run, error: () => scope(() => slopeError(cnnStep(BATCH, { dropout: 0 }))) }),
  };
}

/**
 * The length of the gradient against the slope of the loss along it, by a central difference in f32, which
 * is good to about 1 %. That each layer's gradient is right to 1e-6, its own test says.
 */
function slopeError({ model, loss }: CnnStep): number {
  const STEP = 1e-3;
  backward(loss());
  const gradients = model.parameters().map((parameter) => Float64Array.from(parameter.grad?.data ?? []));
  const length = Math.sqrt(gradients.reduce((sum, g) => g.reduce((total, value) => total + value * value, sum), 0));
  const lossAt = (step: number): number => {
    model.parameters().forEach((parameter, i) => {
      const { data } = parameter;
      for (let j = 0; j < data.length; j++) data[j] += (step * gradients[i][j]) / length;
    });
    return noGrad(() => loss().item());
  };
  const above = lossAt(STEP);
  const below = lossAt(-2 * STEP);
  return Math.abs((above - below) / (2 * STEP) / length - 1);
}

function inference(batch: number): Benchmark {
  return {
    name: `cnn inference, batch ${batch}`,
    flops: batch * FORWARD,
    images: batch,
    tolerance: 0,
    setUp: () => {
      const { model, x } = cnnStep(batch);
      model.eval();
      const logits = (input: Tensor): Tensor<"f32"> => noGrad(() => model.forward(input));
      return { run: () => void logits(x), error: () => scope(() => batchError(logits, batch)) };
    },
  };
}

/** A picture's logits alone against those in the batch: the same bits. */
function batchError(logits: (x: Tensor) => Tensor<"f32">, batch: number): number {
  const { x } = cnnStep(batch);
  const first = cnnStep(1).x;
  const together = logits(x).data;
  const alone = logits(first).data;
  return Math.max(...alone.map((value, i) => Math.abs(value - together[i])));
}
