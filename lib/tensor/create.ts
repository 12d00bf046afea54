// Making tensors: from numbers, filled, and (see ../ops/random.ts) drawn from a seed.

import { DTypeError, formatShape, ShapeError } from "./errors.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";
import { type DType, Tensor } from "./tensor.ts";

/** Numbers, however deeply nested: every list of a level equally long. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/**
 * A tensor whose content is whatever lay in memory: for outputs that are written in full.
 *
 * @throws {ShapeError} a dimension that is not an integer ≥ 0
 */
export function empty<D extends DType = "f32">(shape: Shape, dtype: D = "f32" as D): Tensor<D> {
  return new Tensor(dtype, shape);
}

/** @example full([2, 2], 0.5) */
export function full<D extends DType = "f32">(shape: Shape, value: number, dtype: D = "f32" as D): Tensor<D> {
  const result = empty(shape, dtype);
  result.data.fill(value);
  return result;
}

export function zeros<D extends DType = "f32">(shape: Shape, dtype: D = "f32" as D): Tensor<D> {
  return full(shape, 0, dtype);
}

export function ones<D extends DType = "f32">(shape: Shape, dtype: D = "f32" as D): Tensor<D> {
  return full(shape, 1, dtype);
}

/**
 * A tensor of the given numbers.
 *
 * @param values a number, a flat or typed array, or nested arrays
 * @param shape  required size of a flat array; default: the nesting itself
 * @param dtype  default: "f32", or that of an Int32Array or Uint8Array
 * @throws {ShapeError} ragged nesting, or values and shape that differ in size
 * @throws {DTypeError} a value that an integer dtype cannot hold
 * @example tensor([[1, 2], [3, 4]]) // [2, 2]
 * @example tensor(new Float32Array(6), [2, 3])
 */
export function tensor<D extends DType = "f32">(values: NestedNumbers, shape?: Shape, dtype?: D): Tensor<D> {
  const type = dtype ?? (dtypeOf(values) as D);
  const actual = shape ?? nestedShape(values);
  checkShape("tensor", actual);
  const flat = typeof values === "number" ? [values] : isFlat(values) ? values : flatten(values);
  if (flat.length !== sizeOf(actual)) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill ${formatShape(actual)}, which holds ${sizeOf(actual)}.`,
      { shape: actual, values: flat.length },
    );
  }
  if (type !== "f32") checkIntegers(flat, type);
  const result = empty(actual, type);
  result.data.set(flat);
  return result;
}

function dtypeOf(values: NestedNumbers): DType {
  if (values instanceof Int32Array) return "i32";
  return values instanceof Uint8Array || values instanceof Uint8ClampedArray ? "u8" : "f32";
}

function isFlat(values: Exclude<NestedNumbers, number>): values is ArrayLike<number> {
  return values.length === 0 || typeof values[0] === "number";
}

function nestedShape(values: NestedNumbers): number[] {
  if (typeof values === "number") return [];
  return isFlat(values) ? [values.length] : [values.length, ...nestedShape(values[0])];
}

function flatten(values: readonly NestedNumbers[]): number[] {
  const shape = nestedShape(values);
  const flat: number[] = [];
  const visit = (value: NestedNumbers, axis: number): void => {
    if (typeof value === "number" || value.length !== shape[axis]) {
      const found = typeof value === "number" ? "a number" : `a list of ${value.length}`;
      throw new ShapeError(`tensor: ragged nesting; expected lists of ${shape[axis]} at depth ${axis}, got ${found}.`);
    }
    for (let i = 0; i < value.length; i++) {
      if (axis + 1 < shape.length) visit(value[i] as NestedNumbers, axis + 1);
      else if (typeof value[i] === "number") flat.push(value[i] as number);
      else throw new ShapeError(`tensor: ragged nesting; expected numbers at depth ${axis + 1}, got a list.`);
    }
  };
  visit(values, 0);
  return flat;
}

function checkIntegers(values: ArrayLike<number>, dtype: "i32" | "u8"): void {
  const [low, high] = dtype === "u8" ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(values[i]) || values[i] < low || values[i] > high) {
      throw new DTypeError(
        `tensor: ${values[i]} at index ${i} is not ${dtype}; it holds integers from ${low} to ${high}.`,
        {
          dtype,
          index: i,
        },
      );
    }
  }
}
