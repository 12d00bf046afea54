// Flags: read from what yargs found, checked, with messages that say what fits.

import { UsageError } from "../terminal/exit_codes.ts";

export type Flags = Record<string, unknown>;

interface NumberRule {
  /** Smallest value allowed. */
  min?: number;
  /** Largest value allowed. */
  max?: number;
  /** Values must be larger than this. */
  above?: number;
  /** Values must be smaller than this. */
  below?: number;
  isInteger?: boolean;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A flag's text; given more than once, the last counts. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  const last = Array.isArray(value) ? value[value.length - 1] : value;
  if (last === undefined) return undefined;
  if (String(last).trim() === "") throw new UsageError(`--${name} needs a value, as in --${name} VALUE.`);
  return String(last);
}

/** @throws {UsageError} not a number, or outside the rule */
export function numberFlag(flags: Flags, name: string, rule: NumberRule = {}): number | undefined {
  const text = textFlag(flags, name)?.trim();
  if (text === undefined) return undefined;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  const { min, max, above, below, isInteger } = rule;
  const fits =
    Number.isFinite(value) &&
    !(isInteger && !Number.isSafeInteger(value)) &&
    !(min !== undefined && value < min) &&
    !(max !== undefined && value > max) &&
    !(above !== undefined && value <= above) &&
    !(below !== undefined && value >= below);
  if (!fits) throw new UsageError(`--${name} must be ${describe(rule)}; got ${text}.`);
  return value;
}

export function isSet(flags: Flags, name: string): boolean {
  const value = flags[name];
  return (Array.isArray(value) ? value[value.length - 1] : value) === true;
}

function describe({ min, max, above, below, isInteger }: NumberRule): string {
  const bounds = [
    ...(min !== undefined ? [`≥ ${min}`] : []),
    ...(max !== undefined ? [`≤ ${max}`] : []),
    ...(above !== undefined ? [`> ${above}`] : []),
    ...(below !== undefined ? [`< ${below}`] : []),
  ];
  return `${isInteger ? "an integer" : "a number"} ${bounds.join(" and ")}`.trim();
}
