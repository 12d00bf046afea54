// How quantities are written in the table and in the picture, which would else differ in unit and digits.

import { formatCount } from "../terminal/format.ts";

/** A value in the unit that both write behind it. */
export interface Quantity {
  value: number;
  unit: string;
}

export const kibibytes = (bytes: number): Quantity => ({ value: bytes / 1024, unit: "KiB" });
export const milliseconds = (ms: number): Quantity => ({ value: ms, unit: "ms" });
/** In whole ones. */
export const throughput = (imagesPerSecond: number): Quantity => ({
  value: Math.round(imagesPerSecond),
  unit: "images/s",
});

/** Three digits, whole numbers in full: as simdgrad/plot writes a unit that it does not know. @example "30.8 KiB" */
export function formatQuantity({ value, unit }: Quantity): string {
  const isLong = Number.isInteger(value) || Number(value.toPrecision(3)) >= 1000;
  return `${isLong ? formatCount(value) : value.toPrecision(3)} ${unit}`;
}
