// checkDataset: refuses what is no data set.

import { OptionError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { checkCopy } from "../tensor/check_copy.ts";
import { Dataset } from "./dataset.ts";

/**
 * @throws {OptionError} it is no Dataset
 * @throws {RuntimeError} it is one of another copy of the library
 */
export function checkDataset(op: string, name: string, value: unknown): void {
  if (value instanceof Dataset) return;
  checkCopy(op, name, value);
  throw new OptionError(`${op}: ${name} must be a Dataset; got ${printable(value)}.`, { name });
}
