/**
 * The class of a typed array by name, "Int32Array" or "DataView", whichever realm it was made in: `instanceof` knows those of
 * its own realm alone, and test runners, iframes and `vm` contexts have their own. Undefined for anything else.
 */
export function arrayType(value: unknown): string | undefined {
  return ArrayBuffer.isView(value) ? (value as Uint8Array)[Symbol.toStringTag] : undefined;
}

/** Of any realm, clamped or not. */
export function isBytes(value: unknown): value is Uint8Array {
  return /^Uint8(Clamped)?Array$/.test(arrayType(value) ?? "");
}
