// @internal Where parameters and their gradients lie, as one launch of a kernel goes over all of them.

import { empty } from "../tensor/create.ts";
import { formatShape, ShapeError } from "../tensor/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** As in kernels/shared/parameters.ts. */
const WORDS = 5;

/**
 * A row for each parameter that has a gradient; `first` counts the elements of the others too. Good until one of
 * them moves.
 *
 * @param noDecay those that weight decay leaves alone
 * @returns [rows, 5]
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
    const { grad, shape, size } = parameter;
    if (grad) {
      if (grad.size !== size) {
        throw new ShapeError(
          `${owner}: a parameter is ${formatShape(shape)} but its gradient ${formatShape(grad.shape)}; they must be equal.`,
          { parameter: shape, gradient: grad.shape },
        );
      }
      words.push(parameter.ptr, grad.ptr, first, size, noDecay?.has(parameter) ? 0 : 1);
    }
    first += size;
  }
  const table = empty([words.length / WORDS, WORDS], "i32");
  table.data.set(words);
  return table;
}

/** The elements of all of them. */
export function totalSize(params: readonly Tensor<"f32">[]): number {
  return params.reduce((total, { size }) => total + size, 0);
}
