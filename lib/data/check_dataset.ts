// checkDataset: refuses what is no data set.

import { OptionError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { Dataset } from "./dataset.ts";

/** @throws {OptionError} it is no Dataset */
export function checkDataset(op: string, name: string, value: unknown): void {
  if (value instanceof Dataset) return;
  throw new OptionError(`${op}: ${name} must be a Dataset; got ${printable(value)}.`, { name });
}
