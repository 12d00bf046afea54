// Picture: pixels with colours, as decoders give them and pages draw them.

import { arrayType } from "../base/array_type.ts";
import { checkFields, integer, type Rule, required } from "../base/check.ts";

/** A picture: four bytes per pixel, red, green, blue, alpha, row by row from the top; alpha not multiplied in. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

const BYTES: Rule = {
  says: "bytes in a Uint8Array or a Uint8ClampedArray",
  holds: (value) => /^Uint8(Clamped)?Array$/.test(arrayType(value) ?? ""),
};

/** @internal @throws {OptionError} sides that are no integers ≥ 0, or data that are no bytes */
export function checkPicture(op: string, picture: Picture): void {
  const side = required(integer(0));
  checkFields(op, "picture", picture, { width: side, height: side, data: required(BYTES) });
}
