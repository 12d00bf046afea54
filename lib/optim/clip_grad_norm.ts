import { aboveZero, check } from "../base/check.ts";
import { SQUARES_CHUNK } from "../runtime/kernel_abi.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { empty } from "../tensor/create.ts";
import { consuming } from "../tensor/scope.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkList } from "./check_parameters.ts";
import { parameterTable, totalSize } from "./parameter_table.ts";

/** f32 places that an f64 sum takes. */
const PLACES = 2;

/**
 * Scales all gradients by maxNorm/norm if their norm ‖g‖ = √(Σ g²), taken over all of them together, is larger.
 *
 * @param params  those without a gradient are left out; one given twice counts once
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
  checkList("clipGradNorm", params);
  check("clipGradNorm", "maxNorm", maxNorm, aboveZero);
  const distinct = [...new Set(params)];
  const table = parameterTable("clipGradNorm", distinct);
  const rows = table.shape[0];
  const norm = normOf(distinct, table, rows);
  // PyTorch's 1e-6 keeps the clipped norm just below maxNorm.
  const factor = maxNorm / (norm + 1e-6);
  if (Number.isFinite(norm) && factor < 1) {
    parallelFor("scale_f32", totalSize(distinct), table, rows, factor);
    for (const { grad } of distinct) grad?.markWritten();
  }
  return consuming(norm, table);
}

function normOf(params: readonly Tensor<"f32">[], table: Tensor, rows: number): number {
  const chunks = params.reduce((total, { grad }) => total + Math.ceil((grad?.size ?? 0) / SQUARES_CHUNK), 0);
  const sums = empty([chunks, PLACES]);
  const norm = empty([]);
  parallelFor("sum_squares_f32", chunks, sums, table, rows);
  parallelFor("sqrt_sum_f32", 1, norm, sums, chunks);
  return consuming(norm.item(), sums, norm);
}
