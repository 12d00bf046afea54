// @internal Where parameters lie, and their gradients, as one launch of a kernel goes over all of them.

import { TABLE_WORDS } from "../runtime/kernel_abi.ts";
import { empty } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkGradient } from "./check_parameters.ts";

/**
 * A row for each parameter that has a gradient; `first` counts the elements of the others too. Good until one of
 * them moves.
 *
 * @param noDecay those that weight decay leaves alone
 * @returns [rows, 5], as kernels/shared/parameters.ts reads them
 * @throws {ShapeError} a gradient of another size than its parameter
 */
export function parameterTable(
  owner: string,
  params: readonly Tensor<"f32">[],
  noDecay?: ReadonlySet<Tensor<"f32">>,
): Tensor<"i32"> {
  const words: number[] = [];
  let first = 0;
  for (const parameter of params) {
    const { grad, size } = parameter;
    if (grad) {
      checkGradient(owner, parameter);
      words.push(parameter.ptr, grad.ptr, first, size, noDecay?.has(parameter) ? 0 : 1);
    }
    first += size;
  }
  return tableOf(words);
}

/**
 * A row for each parameter, with or without a gradient, for kernels that ask for none.
 *
 * @returns [rows, 5], as kernels/shared/parameters.ts reads them
 */
export function valueTable(params: readonly Tensor<"f32">[]): Tensor<"i32"> {
  let first = 0;
  const words = params.flatMap(({ ptr, size }) => {
    const row = [ptr, 0, first, size, 0];
    first += size;
    return row;
  });
  return tableOf(words);
}

function tableOf(words: readonly number[]): Tensor<"i32"> {
  const table = empty([words.length / TABLE_WORDS, TABLE_WORDS], "i32");
  table.data.set(words);
  return table;
}

/** The elements of all of them. */
export function totalSize(params: readonly Tensor<"f32">[]): number {
  return params.reduce((total, { size }) => total + size, 0);
}
