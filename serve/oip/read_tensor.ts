// A tensor of a request: FP32, out of bytes or out of JSON.

import { printable } from "../../lib/base/printable.ts";
import { badRequest } from "../http/problem.ts";

const BYTES = 4;

/**
 * The bytes as they are, in memory of their own: behind JSON of any length they lie at any address, and Float32Array wants one
 * that 4 divides. All hosts of ours are little-endian, as WebAssembly is, and as the protocol has it.
 *
 * @param bytes 4 for each number
 */
export function readBytes(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length / BYTES);
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

/**
 * @param data flat, or nested as the shape says
 * @param place where it stands in the request: inputs[0].data
 * @throws {Problem} 400 other numbers than the shape says, or what is no number, with the place
 */
export function readNumbers(data: unknown, shape: readonly number[], place: string): Float32Array {
  const list = listAt(data, place);
  const size = shape.reduce((product, side) => product * side, 1);
  const isNested = Array.isArray(list[0]);
  // Checked before there is memory for so many numbers as the shape claims.
  if (isNested) checkNested(list, shape, place);
  else if (list.length !== size) {
    throw badRequest(
      `${place} must have ${size} numbers, as the shape [${shape.join(", ")}] says; it has ${list.length}`,
    );
  }
  const values = new Float32Array(size);
  if (isNested) fillNested(values, 0, list, shape, place);
  else fill(values, 0, list, place);
  return values;
}

/** Whether the lists are as long as the shape says. The numbers in them are not looked at. */
function checkNested(list: readonly unknown[], [side, ...inner]: readonly number[], place: string): void {
  if (list.length !== side)
    throw badRequest(`${place} must have ${side} entries, as the shape says; it has ${list.length}`);
  if (inner.length === 0) return;
  for (let i = 0; i < side; i++) {
    const innerPlace = `${place}[${i}]`;
    checkNested(listAt(list[i], innerPlace), inner, innerPlace);
  }
}

/** @returns where it ended in values */
function fillNested(
  values: Float32Array,
  start: number,
  list: readonly unknown[],
  [side, ...inner]: readonly number[],
  place: string,
): number {
  if (inner.length === 0) return fill(values, start, list, place);
  let at = start;
  for (let i = 0; i < side; i++) {
    at = fillNested(values, at, list[i] as readonly unknown[], inner, `${place}[${i}]`);
  }
  return at;
}

function fill(values: Float32Array, start: number, list: readonly unknown[], place: string): number {
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (typeof value !== "number") throw badRequest(`${place}[${i}] must be a number; got ${printable(value)}`);
    values[start + i] = value;
  }
  return start + list.length;
}

function listAt(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw badRequest(`${place} must be an array; got ${printable(value)}`);
}

/** The index of the first number that is NaN or infinite; −1 where there is none. */
export function firstNonFinite(values: Float32Array): number {
  // 0 times a number is 0 but for those: a sum says in one pass without a branch whether there is any.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i];
  return sum === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}
