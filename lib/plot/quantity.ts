// Quantities as they are written beside a bar: three digits, a unit of fitting size.

import { formatCount } from "../base/format_count.ts";

/** The larger units of a base unit: the factor from which on they are used, and their names. */
const UNITS: Readonly<Record<string, readonly (readonly [factor: number, unit: string])[]>> = {
  s: [
    [3600, "h"],
    [60, "min"],
    [1, "s"],
    [1e-3, "ms"],
    [1e-6, "µs"],
    [1e-9, "ns"],
  ],
  B: [
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
    [1, "B"],
  ],
};

/**
 * Seconds ("s") and bytes ("B") in a unit of fitting size, per cents to hundredths, other units as they are; whole
 * numbers in full.
 *
 * @example formatQuantity(0.00134, "s") // "1.34 ms"; (102026, "") "102,026"; (0.58, "%") "0.58 %"; (411234, "B") "411 kB"
 */
export function formatQuantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(Number(value.toPrecision(3))); // as it will be read: 999.9 ms are a second
  const units = Object.hasOwn(UNITS, unit) ? UNITS[unit] : [];
  const [factor, name] = units.find(([from]) => size >= from) ?? units[units.length - 1] ?? [1, unit];
  // Without a smaller unit there is nothing below: zero bytes are 0 B.
  const [by, as] = size === 0 ? [1, unit] : [factor, name];
  if (unit === "%" && size >= 0.01) return `${value.toFixed(2)} %`;
  // 59.96 s are 0.9993 min, which three digits would put below the unit that they were given for.
  const scaled = Math.abs(value) < by && size >= by ? Math.sign(value) : value / by;
  const number = withCommas(Number.isInteger(value / by) ? String(value / by) : formatDigits(scaled, 3));
  return as ? `${number} ${as}` : number;
}

/** This many significant digits, and all those before the point; what is far from 1 as 1.6e-8. */
export function formatDigits(value: number, digits: number): string {
  const text = value.toExponential(digits - 1);
  const exponent = Number(text.split("e")[1]);
  if (value === 0) return "0";
  if (exponent < -3 || exponent > 5) return text.replace("e+", "e");
  return exponent < digits ? value.toPrecision(digits) : value.toFixed(0);
}

function withCommas(digits: string): string {
  return /[e.]/.test(digits) ? digits : formatCount(Number(digits));
}
