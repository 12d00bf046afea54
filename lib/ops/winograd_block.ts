// @internal A block of a network in training as one op: kernels/winograd_block.ts.

import { defineOp } from "../autograd/define_op.ts";
import { chunksOf, winogradBlockScratch, winogradScratch } from "../runtime/kernel_abi.ts";
import { parallelFor, parallelForWithScratch } from "../runtime/parallel.ts";
import { empty, spare, zeros } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  type BatchNorm2dOptions,
  checkBatchNorm,
  floorOf,
  mergeStatistics,
  partialSums,
} from "./batch_norm2d_coefficients.ts";
import { convGeometry } from "./conv_geometry.ts";
import { transformFilter } from "./conv2d_winograd.ts";
import { reduceAxes } from "./reduce.ts";

export interface WinogradBlockOptions extends Omit<BatchNorm2dOptions, "isTraining"> {
  /** "max": the largest value of each 2×2 window; "mean": the mean over the map; both behind a ReLU. null: neither. */
  pool: "max" | "mean" | null;
}

/**
 * Convolution and batch normalisation in training in one op, with ReLU, and with that and pooling:
 *
 *   z = pool(relu(batchNorm2d(conv2d(x, w, b, { padding: 1 }), gamma, beta) + added))
 *
 * @param x [N, H, W, Cin] f32, H and W even for "max"
 * @param w [3, 3, Cin, Cout], Cin and Cout multiples of 4
 * @param b [Cout], or null. Its gradient is zero: normalising takes every constant off
 * @param options.relu whether there is a ReLU where nothing is pooled
 * @param added [N, H, W, Cout], where nothing is pooled; or null: a residual block's shortcut
 * @returns [N, H/2, W/2, Cout] for "max", [N, 1, 1, Cout] for "mean", else [N, H, W, Cout]
 * @throws what conv2d and batchNorm2d throw
 *
 * Cost: conv2d's, and one pass over its result each for the statistics and for the rest. Backward: dx, dw, db,
 * dgamma, dbeta, dadded. Saves x, w and the convolution's result.
 * Source: Ioffe & Szegedy 2015, arXiv:1502.03167; Lavin & Gray 2015, arXiv:1509.09308.
 */
export const winogradBlock = defineOp("winogradBlock", {
  forward(
    { save },
    x: Tensor,
    w: Tensor,
    b: Tensor | null,
    gamma: Tensor,
    beta: Tensor,
    options: WinogradBlockOptions,
    added: Tensor | null = null,
  ) {
    const geometry = convGeometry("conv2d", x.shape, w.shape, b?.shape ?? null, { padding: 1 });
    const { n, h, w: width, cin, cout } = geometry;
    const { pool, ...norm } = options;
    checkBatchNorm([n, h, width, cout], gamma, beta, { ...norm, isTraining: true });

    const y = empty([n, h, width, cout]);
    const partial = partialSums(n, cout);
    const u = transformFilter(w, geometry, false);
    const scratchSize = winogradScratch(h, width, cin, cout);
    const chunks = chunksOf(n);
    parallelForWithScratch("winograd_block_f32", chunks, scratchSize, y, partial, x, u, b, n, h, width, cin, cout);
    const coefficients = mergeStatistics(partial, gamma, beta, options, n, h * width);
    save(x, w, y, coefficients);

    if (pool === null) {
      const z = empty(y.shape);
      parallelFor("batch_norm2d_f32", n * h * width, z, y, coefficients, added, cout, floorOf(norm));
      if (added) save(z);
      y.dispose();
      return z;
    }
    if (pool === "mean") {
      const z = empty([n, 1, 1, cout]);
      const live = empty([2, n, cout]);
      parallelFor("norm_relu_mean_f32", n, z, live, y, coefficients, n, h * width, cout);
      save(live);
      y.dispose();
      return z;
    }
    const z = empty([n, h / 2, width / 2, cout]);
    const peak = empty(z.shape);
    const argmax = empty(z.shape, "u8");
    parallelFor("norm_relu_max_pool2d_f32", (n * h) / 2, z, peak, argmax, y, coefficients, width, cout);
    save(z, peak, argmax);
    y.dispose();
    return z;
  },

  backward({ args: [, , b, , , options, added], saved: [x, w, y, coefficients, ...rest], needs, sums }, dz0) {
    const geometry = convGeometry("conv2d", x.shape, w.shape, null, { padding: 1 });
    const { n, h, w: width, cin, cout } = geometry;
    const { pool } = options;
    // With something added, where the ReLU let it pass does not follow from y: it is worked out first, for both gradients.
    const isMasked = Boolean(added && options.relu);
    const dz = isMasked ? spare(dz0) : dz0;
    if (isMasked) parallelFor("relu_backward_f32", dz.size, dz, dz0, rest[0]);
    const floor = added ? floorOf({}) : floorOf(options);
    const chunks = chunksOf(n);
    const partial = partialSums(n, cout);
    const live = pool === "max" ? empty(dz.shape) : null;
    if (live) {
      const [z, peak] = rest;
      parallelFor("relu_backward_f32", z.size, live, dz, z);
      const pixels = (h * width) / 4;
      parallelFor(
        "batch_norm2d_backward_sums_f32",
        chunks,
        partial,
        live,
        peak,
        coefficients,
        n,
        pixels,
        cout,
        floorOf({}),
      );
    } else if (pool === null) {
      parallelFor("batch_norm2d_backward_sums_f32", chunks, partial, dz, y, coefficients, n, h * width, cout, floor);
    } else {
      const sizes = [n, h * width, cout];
      parallelFor("norm_relu_mean_backward_sums_f32", chunks, partial, dz, rest[0], ...sizes);
    }
    const [dgamma, dbeta] = [empty([cout]), empty([cout])];
    const slopes = empty([2, cout]);
    parallelFor(
      "batch_norm2d_backward_merge_f32",
      cout,
      dgamma,
      dbeta,
      slopes,
      partial,
      coefficients,
      n,
      h * width,
      cout,
    );

    const dx = needs[0] ? (sums[0] ?? empty(x.shape)) : null;
    const ut = needs[0] ? transformFilter(w, geometry, true) : null;
    const dwChunks = needs[1] ? empty([chunks, ...w.shape]) : null;
    const outputs = [dx, sums[0] ? 1 : 0, dwChunks];
    const inputs = [live ?? dz, pool === "max" ? rest[2] : 0, y, coefficients, slopes];
    const scratchSize = winogradBlockScratch(h, width, cin, cout);
    parallelForWithScratch(
      "winograd_block_backward_f32",
      chunks,
      scratchSize,
      ...outputs,
      ...inputs,
      x,
      ut,
      pool === "mean" ? 1 : 0,
      floor,
      n,
      h,
      width,
      cin,
      cout,
    );
    const dw = dwChunks && reduceAxes("sum_f32", dwChunks, [0]);
    return [dx, dw, ...(b ? [zeros(b.shape)] : []), dgamma, dbeta, ...(added ? [dz] : [])];
  },
});
