// @internal What a measurement refuses: numbers of which no order, and so no best class, can be made.

import { DataError } from "../base/errors.ts";

/** @throws {DataError} the value is NaN or infinite */
export function checkFinite(op: string, what: string, value: number): void {
  if (Number.isFinite(value)) return;
  throw new DataError(`${op}: ${what} is ${value}; the model's weights are damaged, or their training diverged.`, {
    value,
  });
}
