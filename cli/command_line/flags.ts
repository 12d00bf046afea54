// The values of flags: read as what they have to be, with messages that say what fits.

import { isBlank } from "../../lib/base/line.ts";
import { UsageError } from "../terminal/exit_codes.ts";

/** What ./read_line.ts read, by name: the text of a flag with a value, true or false of a switch. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

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
/** Numbers as source code or people write them: 0x10, 1_000, 10,000. */
const OTHER_NOTATION = /^[+-]?(0[xob][\da-f]+|\d+([_,' ]\d+)+)n?$/i;

/** @throws {UsageError} no value */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  if (isBlank(String(value))) throw new UsageError(`--${name} needs a value; got an empty one.`);
  return String(value);
}

/** @throws {UsageError} not a number, outside the rule, or one that cannot be represented */
export function numberFlag(flags: Flags, name: string, rule: NumberRule = {}): number | undefined {
  const text = textFlag(flags, name)?.trim();
  if (text === undefined) return undefined;
  // Plus 0: of -0 it makes 0.
  const value = NUMBER.test(text) ? Number(text) + 0 : Number.NaN;
  const problem = problemOf(value, text, rule);
  if (problem !== null) throw new UsageError(`--${name} must be ${problem}`);
  return value;
}

export function isSet(flags: Flags, name: string): boolean {
  return flags[name] === true;
}

/** What the number must be, and what it is; null where it fits. */
function problemOf(value: number, text: string, rule: NumberRule): string | null {
  const { min, max, above, below, isInteger } = rule;
  const must = describe(rule);
  if (Number.isNaN(value)) {
    return `${must}; got ${text}.${OTHER_NOTATION.test(text) ? " Write it in plain decimal digits." : ""}`;
  }
  if (!Number.isFinite(value)) return `${must}; ${text} is too large.`;
  if (value === 0 && /[1-9]/.test(text.split(/e/i)[0])) return `${must}; ${text} is too close to 0.`;
  const fits =
    (!isInteger || Number.isInteger(value)) &&
    !(min !== undefined && value < min) &&
    !(max !== undefined && value > max) &&
    !(above !== undefined && value <= above) &&
    !(below !== undefined && value >= below);
  if (!fits) return `${must}; got ${text}.`;
  if (isInteger && !Number.isSafeInteger(value)) {
    return `${describe({ ...rule, max: Number.MAX_SAFE_INTEGER })}, the largest that is exact; got ${text}.`;
  }
  return null;
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
