// checkTensor: refuses what is no tensor, or one of another dtype.

import { DTypeError, formatShape } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { checkCopy } from "./check_copy.ts";
import { type DType, disposedError, Tensor } from "./tensor.ts";

/** A dtype, or any; with "?" null and undefined will do. */
export type TensorKind = DType | "any" | "f32?" | "i32?";

/**
 * @param name as the caller knows it
 * @throws {DTypeError} it is no tensor (numbers in an array are none), or of another dtype
 * @throws {DisposedError} its memory was given back; of "any" what uses it finds out
 * @throws {RuntimeError} it is a tensor of another copy of the library
 */
export function checkTensor(op: string, name: string, value: unknown, kind: TensorKind = "f32"): void {
  // What nearly every call of an operation is, before anything is computed; but not what only has a tensor's prototype.
  if (value instanceof Tensor && (kind === "any" ? value.shape : kind.startsWith(value.dtype) && !value.isDisposed)) {
    return;
  }
  const dtype = kind.replace("?", "");
  if (value instanceof Tensor && value.shape) {
    if (value.dtype === dtype) throw disposedError(op, name, value.shape);
    throw new DTypeError(`${op}: ${name} must be ${dtype}; got ${value.dtype} ${formatShape(value.shape)}.`, {
      argument: name,
      expected: dtype,
      dtype: value.dtype,
    });
  }
  checkCopy(op, name, value);
  if ((value === null || value === undefined) && dtype !== kind) return;
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const wanted = dtype === "f32" || dtype === "any" ? "" : `, undefined, "${dtype}"`;
  throw new DTypeError(
    `${op}: ${name} must be a tensor; got ${printable(value)}.${isList ? ` Make it one: tensor(${name}${wanted}).` : ""}`,
    { argument: name, expected: dtype },
  );
}

/**
 * @param hint what to do instead, as a sentence
 * @throws {DTypeError} it is no array of f32 tensors
 */
export function checkTensors(op: string, name: string, list: unknown, hint = ""): void {
  checkCopy(op, name, list);
  if (!Array.isArray(list)) {
    throw new DTypeError(`${op}: ${name} must be an array of tensors; got ${printable(list)}.${hint}`, {
      argument: name,
    });
  }
  for (const i of list.keys()) checkTensor(op, `${name}[${i}]`, list[i]);
}
