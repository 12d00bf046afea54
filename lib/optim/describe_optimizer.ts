// @internal What console.log shows of an optimizer.

import { formatCount } from "../base/format_count.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { totalSize } from "./parameter_table.ts";

/** @example describeOptimizer("Adam", 0.001, parameters) // "Adam { lr: 0.001, 12 parameters of 102,026 numbers }" */
export function describeOptimizer(name: string, lr: number, params: readonly Tensor<"f32">[]): string {
  return `${name} { lr: ${lr}, ${params.length} parameters of ${formatCount(totalSize(params))} numbers }`;
}
