// Quantities as they are written beside a bar: three digits, a unit of fitting size.

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
 * Seconds ("s") and bytes ("B") in a unit of fitting size; "%" and other units as they are; whole numbers in full.
 *
 * @example formatQuantity(0.00134, "s") // "1.34 ms"; (102026, "") "102,026"; (0.58, "%") "0.58 %"; (411234, "B") "411 kB"
 */
export function formatQuantity(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const units = UNITS[unit] ?? [];
  const [factor, name] = units.find(([from]) => size >= from) ?? units[units.length - 1] ?? [1, unit];
  // Without a smaller unit there is nothing below: zero bytes are 0 B.
  const [by, as] = size === 0 ? [1, unit] : [factor, name];
  const number = Number.isInteger(value / by) ? withCommas(String(value / by)) : threeDigits(value / by);
  return as ? `${number} ${as}` : number;
}

function threeDigits(value: number): string {
  if (Math.abs(value) < 1000) return formatExponential(value, 3);
  return withCommas(String(Math.round(value)));
}

/** So many significant digits; what is far from 1 as 1.6e-8. */
export function formatExponential(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5)
    return value.toPrecision(digits).includes("e") ? String(value) : value.toPrecision(digits);
  return value === 0 ? "0" : value.toExponential(digits - 1).replace("e+", "e");
}

function withCommas(digits: string): string {
  return digits.includes("e") ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
