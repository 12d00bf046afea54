import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOption } from "./optimizer.ts";

/** Elements a chunk: kernels/clip_grad_norm.ts. */
const CHUNK = 4096;
/** f32 places that an f64 sum takes. */
const PLACES = 2;

/**
 * Scales all gradients by maxNorm/norm if their norm ‖g‖ = √(Σ g²), taken over all of them together, is larger.
 *
 * @param params  those without a gradient are left out
 * @param maxNorm > 0; Infinity only measures
 * @returns the norm before clipping. If it is NaN or Infinity the gradients are left as they are, since no
 *   factor would mend them: skip the step, or stop
 * @throws {OptionError} maxNorm is not > 0
 *
 * Cost: two passes; one when nothing is clipped. The sum is taken in f64, in an order that depends on sizes alone.
 * Source: Pascanu et al. 2013, On the difficulty of training recurrent neural networks.
 * @example if (!Number.isFinite(clipGradNorm(model.parameters(), 1))) throw new Error("diverged");
 */
export function clipGradNorm(params: readonly Tensor<"f32">[], maxNorm: number): number {
  checkOption("clipGradNorm", "maxNorm", maxNorm, (value) => value > 0, "> 0");
  const gradients = params.flatMap(({ grad }) => (grad ? [grad] : []));
  const norm = normOf(gradients);
  // PyTorch's 1e-6 keeps the clipped norm just below maxNorm.
  const factor = maxNorm / (norm + 1e-6);
  if (Number.isFinite(norm) && factor < 1) {
    for (const gradient of gradients) parallelFor("scale_f32", gradient.size, gradient.ptr, factor);
  }
  return norm;
}

function normOf(gradients: readonly Tensor<"f32">[]): number {
  const chunks = gradients.map(({ size }) => Math.ceil(size / CHUNK));
  const count = chunks.reduce((total, each) => total + each, 0);
  using sums = empty([count, PLACES]);
  using norm = empty([]);
  let first = 0;
  gradients.forEach(({ ptr, size }, i) => {
    parallelFor("sum_squares_f32", chunks[i], sums.ptr, ptr, size, first);
    first += chunks[i];
  });
  parallelFor("sqrt_sum_f32", 1, norm.ptr, sums.ptr, count);
  return norm.item();
}
