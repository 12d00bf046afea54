// Ticks at round numbers: 1, 2 or 5 times a power of ten.

import { powerOf10, roundAtLeast } from "./round_number.ts";

/** Where an axis begins and ends, and the values written at it. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly isLog: boolean;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

export interface AxisOptions {
  /** The most intervals between ticks; default 5. */
  intervals?: number;
  /** No tick interval is smaller: 1 for counts. */
  minStep?: number;
  /** Where the axis ends at the latest: 100 for per cents. */
  max?: number;
}

/** From the last tick below what is shown to the first above it. Where both ends are equal, room is made around them. */
export function linearAxis(from: number, to: number, options: AxisOptions = {}): Axis {
  const { intervals = 5, minStep = 0, max = Number.POSITIVE_INFINITY } = options;
  const room = from === to ? Math.max(Math.abs(from) / 20, minStep) || 1 : 0;
  const low = from - room;
  const high = Math.min(max, to + room);
  const { mantissa, exponent } = roundAtLeast(Math.max((high - low) / intervals, minStep));
  const scale = powerOf10(Math.abs(exponent));
  // A quotient of whole numbers is rounded once, so that ticks print as they should.
  const at = (i: number): number => (exponent < 0 ? (i * mantissa) / scale : i * mantissa * scale);
  const step = at(1);
  // A billionth of an interval is rounding, and no reason for one more tick.
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => at(first + i)).filter((tick) => tick <= max);
  const end = ticks[ticks.length - 1];
  return { from: ticks[0], to: end, isLog: false, ticks, format: formatterFor(exponent, Math.max(-ticks[0], end)) };
}

/** Logarithmic, for 0 < from < to. */
export function logAxis(from: number, to: number): Axis {
  const values: { value: number; mantissa: number; exponent: number }[] = [];
  const top = roundAtLeast(to);
  for (let exponent = roundAtLeast(from).exponent - 1; exponent <= top.exponent; exponent++) {
    for (const mantissa of [1, 2, 5]) {
      const scale = powerOf10(Math.abs(exponent));
      values.push({ value: exponent < 0 ? mantissa / scale : mantissa * scale, mantissa, exponent });
    }
  }
  const first = values.filter(({ value }) => value <= from).length - 1;
  const last = values.findIndex(({ value }) => value >= to);
  const shown = values.slice(first, last + 1);
  const isDense = shown.length > 9;
  const decades = Math.ceil(shown.length / 3 / 7);
  const ticks = isDense ? shown.filter(({ mantissa, exponent }) => mantissa === 1 && exponent % decades === 0) : shown;
  return {
    from: shown[0].value,
    to: shown[shown.length - 1].value,
    isLog: true,
    ticks: ticks.map(({ value }) => value),
    format: (value) => formatterFor(Math.floor(roundAtLeast(value).exponent), value)(value),
  };
}

/** Fixed decimals where they stay short, else 2e-5. */
function formatterFor(exponent: number, largest: number): (value: number) => string {
  const minus = (text: string): string => text.replace(/^-/, "−");
  const isShort = exponent >= -4 && largest < 1e6;
  const written = (value: number): string =>
    isShort ? value.toFixed(Math.max(0, -exponent)) : shortExponential(value);
  return (value) => (value === 0 ? "0" : minus(written(value)));
}

/** @example shortExponential(1.5e-7) // "1.5e-7" */
function shortExponential(value: number): string {
  return value.toExponential(6).replace(/\.?0*e\+?/, "e");
}
