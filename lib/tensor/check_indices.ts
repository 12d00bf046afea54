// checkIndices: refuses what is no row, class or label, where it is about to be used as one: kernels look nothing up.

import { DataError } from "../base/errors.ts";

/**
 * @param name   what each is, as messages say it: "label"
 * @param values of an i32 or a u8 tensor
 * @param count  they go from 0 to count − 1
 * @param of     what they are of, behind the name
 * @throws {DataError} with the first that does not
 */
export function checkIndices(op: string, name: string, values: ArrayLike<number>, count: number, of = ""): void {
  let index = 0;
  while (index < values.length && values[index] >= 0 && values[index] < count) index++;
  if (index === values.length) return;
  const value = values[index];
  throw new DataError(`${op}: ${name} ${index}${of} is ${value}, but must lie in 0 … ${count - 1}.`, {
    index,
    value,
    count,
  });
}
