// Making tensors: from numbers, filled, and (see ../ops/random.ts) drawn from a seed.

import { arrayType } from "../base/array_type.ts";
import { DTypeError, formatShape, ShapeError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { arena } from "../runtime/memory.ts";
import { checkCopy } from "./check_copy.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";
import { type DType, Tensor } from "./tensor.ts";

/** Lists nested deeper than this hold themselves. */
const MAX_RANK = 32;

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

/** @internal A gradient's own memory, for one of the same shape that is computed element by element; new where others read it. */
export function spare(dy: Tensor<"f32">): Tensor<"f32"> {
  return dy.isShared ? empty(dy.shape) : dy;
}

/**
 * @throws {DTypeError} a value that is no number, or that an integer dtype cannot hold
 * @example full([2, 2], 0.5)
 */
export function full<D extends DType = "f32">(shape: Shape, value: number, dtype: D = "f32" as D): Tensor<D> {
  if (typeof value !== "number") throw new DTypeError(`full: value must be a number; got ${printable(value)}.`);
  checkIntegers("full", [value], dtype);
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
 * @throws {DTypeError} a value that is no number, or that an integer dtype cannot hold
 * @example tensor([[1, 2], [3, 4]]) // [2, 2]
 * @example tensor(new Float32Array(6), [2, 3])
 */
export function tensor(values: Int32Array, shape?: Shape): Tensor<"i32">;
export function tensor(values: Uint8Array | Uint8ClampedArray, shape?: Shape): Tensor<"u8">;
export function tensor<D extends DType = "f32">(values: NestedNumbers, shape?: Shape, dtype?: D): Tensor<D>;
export function tensor<D extends DType>(values: NestedNumbers, shape?: Shape, dtype?: D): Tensor<D> {
  const type = dtype ?? (dtypeOf(values) as D);
  const nested = nestedShape(values);
  const flat = isTypedArray(values) ? ownCopyIfMovable(values) : flatten(values, nested);
  const actual = shape ?? nested;
  checkShape("tensor", actual);
  if (flat.length !== sizeOf(actual)) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill ${formatShape(actual)}, which holds ${sizeOf(actual)}.`,
      { shape: actual, values: flat.length },
    );
  }
  checkIntegers("tensor", flat, type);
  const result = empty(actual, type);
  result.data.set(flat);
  return result;
}

type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

function isTypedArray(values: unknown): values is TypedArray {
  const type = arrayType(values);
  return type !== undefined && type !== "DataView" && !type.startsWith("Big");
}

/** Another tensor's `data`, where memory is not shared, would be detached if making this one makes it grow. */
function ownCopyIfMovable(values: TypedArray): TypedArray {
  const { buffer } = values;
  return buffer === arena().u8.buffer && buffer[Symbol.toStringTag] === "ArrayBuffer" ? values.slice() : values;
}

function dtypeOf(values: NestedNumbers): DType {
  const type = arrayType(values);
  if (type === "Int32Array") return "i32";
  return type === "Uint8Array" || type === "Uint8ClampedArray" ? "u8" : "f32";
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || isTypedArray(value);
}

/** The lengths along the first elements; `flatten` checks that the others agree. */
function nestedShape(values: unknown): number[] {
  const shape: number[] = [];
  for (let list = values; isList(list); list = list[0]) {
    shape.push(list.length);
    if (shape.length > MAX_RANK) throw new ShapeError(`tensor: lists are nested more than ${MAX_RANK} deep.`);
  }
  return shape;
}

function flatten(values: NestedNumbers, shape: Shape): number[] {
  const flat: number[] = [];
  const visit = (value: unknown, axis: number): void => {
    if (typeof value !== "number" && !isList(value)) {
      checkCopy("tensor", "values", value);
      throw new DTypeError(`tensor: values must be numbers; got ${printable(value)}.`);
    }
    const length = typeof value === "number" ? undefined : value.length;
    // Past the last axis it is undefined: a number is due.
    if (length !== shape[axis]) {
      const name = (n: number | undefined): string => (n === undefined ? "a number" : `a list of ${n}`);
      throw new ShapeError(
        `tensor: ragged nesting; expected ${name(shape[axis])} at depth ${axis}, got ${name(length)}.`,
      );
    }
    if (typeof value === "number") flat.push(value);
    else for (let i = 0; i < value.length; i++) visit(value[i], axis + 1);
  };
  visit(values, 0);
  return flat;
}

/** What an integer dtype cannot hold is refused; what is no dtype, the tensor's constructor refuses. */
function checkIntegers(op: string, values: ArrayLike<number>, dtype: DType): void {
  if (dtype !== "u8" && dtype !== "i32") return;
  const [low, high] = dtype === "u8" ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(values[i]) || values[i] < low || values[i] > high) {
      throw new DTypeError(
        `${op}: ${values[i]} at index ${i} is not ${dtype}; it holds integers from ${low} to ${high}.`,
        {
          dtype,
          index: i,
        },
      );
    }
  }
}
