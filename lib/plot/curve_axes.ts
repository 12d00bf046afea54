// The axes of a run's curves: which part of the values is worth the space.

import { isDrawable, type Series } from "./series.ts";
import { type Axis, linearAxis, logAxis } from "./ticks.ts";

/** From this ratio of the largest to the smallest loss on, equal steps are equal factors. */
const LOG_RATIO = 20;
/** What lies further below the largest is left out: a loss of 1e-12 would flatten all the others. */
const LOG_REACH = 1e6;
/** Unless it is as large as this: a run that blows up begins at 2.3, however high it goes. */
const ALWAYS_SHOWN = 1e-3;
/** Below, no logarithm is taken: quotients of such numbers overflow. */
const LOWEST = 1e-100;
/** So much more room the first epochs must take before they are left out of the accuracy. */
const OUTLIER_RATIO = 2.5;

function valuesOf(series: readonly Series[]): number[] {
  return series.flatMap(({ points }) => points.map(({ y }) => y)).filter(isDrawable);
}

function extent(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

/**
 * Epochs from 0, where there are steps, else from the first to the last.
 *
 * @param most intervals between numbers
 */
export function epochAxis(series: readonly Series[], hasSteps: boolean, most = 10): Axis {
  const [low, high] = extent(series.flatMap(({ points }) => points.map(({ x }) => x)));
  // A step 0 alone would lie at 0, and leave no room.
  const last = Math.max(hasSteps ? 1 : low, Math.ceil(high - 1e-9));
  const { ticks, format } = linearAxis(hasSteps ? 0 : low, last, { intervals: most, minStep: 1 });
  if (hasSteps) return { from: 0, to: last, isLog: false, ticks: ticks.filter((tick) => tick <= last), format };
  const room = Math.max(0.25, (last - low) / 50); // so that no dot lies on the frame
  const within = ticks.filter((tick) => tick >= low && tick <= last);
  return { from: low - room, to: last + room, isLog: false, ticks: within, format };
}

/** What is written below: epochs, or steps where there are few epochs. */
export function stepLabels(
  x: Axis,
  stepsPerEpoch: number,
  hasSteps: boolean,
  most = 10,
): { at: readonly number[]; labels: string[]; unit: string } {
  if (!hasSteps || x.to > 2) return { at: x.ticks, labels: x.ticks.map(x.format), unit: "epoch" };
  const total = x.to * stepsPerEpoch;
  const steps = linearAxis(0, total, { intervals: most, minStep: 1 });
  const ticks = steps.ticks.filter((tick) => tick <= total);
  return { at: ticks.map((tick) => tick / stepsPerEpoch), labels: ticks.map(steps.format), unit: "step" };
}

export function lossAxis(series: readonly Series[]): Axis {
  const values = valuesOf(series);
  const [low, high] = extent(values);
  const positive = values.filter((value) => value > LOWEST);
  const [lowest] = extent(positive);
  if (positive.length > 0 && low >= 0 && high / lowest >= LOG_RATIO) {
    return logAxis(Math.max(lowest, Math.min(high / LOG_REACH, ALWAYS_SHOWN)), high);
  }
  return linearAxis(low >= 0 && low < high / 2 ? 0 : low, high);
}

/**
 * In per cent, never beyond 100. The first quarter of the epochs is left out where the rest alone would need much less
 * room: their lines then come in from below. What goes wrong later is always in sight.
 */
export function accuracyAxis(series: readonly Series[]): Axis {
  const [low, high] = extent(valuesOf(series));
  const rest = series.map((one) => ({ ...one, points: one.points.slice(Math.floor(one.points.length / 4)) }));
  const [restLow] = extent(valuesOf(rest));
  const isOutlier = restLow < high && high - low > OUTLIER_RATIO * (high - restLow);
  const from = isOutlier ? restLow : low;
  // A fifth of a per cent at least: closer values differ by a few images of ten thousand.
  const room = Math.max(0, 0.2 - (high - from)) / 2;
  return linearAxis(Math.max(0, from - room), Math.max(0.2, high + room), { max: 100 });
}

export function rateAxis(series: Series): Axis {
  const [low, high] = extent(valuesOf([series]));
  return linearAxis(Math.min(0, low), Math.max(0, high), { intervals: 3 });
}
