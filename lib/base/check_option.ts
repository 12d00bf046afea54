// checkOption: refuses a number outside its range.

import { OptionError } from "./errors.ts";

/**
 * @internal
 * @throws {OptionError} unless `isValid(value)`
 */
export function checkOption(
  owner: string,
  name: string,
  value: number,
  isValid: (value: number) => boolean,
  expected: string,
): void {
  if (!isValid(value)) {
    throw new OptionError(`${owner}: ${name} must be ${expected}; got ${value}.`, { [name]: value });
  }
}
