// A series of values over training, and its points thinned out to what a line of some hundred pixels can show.

import type { Role } from "./palette.ts";

/** x in epochs: 2.5 is the middle of the third. A value that is not drawable leaves a gap. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Series {
  readonly name: string;
  readonly colour: Role;
  readonly points: readonly Point[];
  /** Whether the marked epoch's point gets a ring. */
  readonly isJudged?: boolean;
}

/** Numbers that an axis can reach. What run.json holds for NaN is null, and no number either. */
export function isDrawable(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) < 1e100;
}

/** The drawable stretches between gaps. */
export function stretches(points: readonly Point[]): Point[][] {
  const result: Point[][] = [];
  let open = false;
  for (const point of points) {
    const drawable = isDrawable(point.y);
    if (drawable && !open) result.push([]);
    if (drawable) result[result.length - 1].push(point);
    open = drawable;
  }
  return result;
}

/**
 * At most about 2·count points: of each of `count` equal parts the smallest and the largest, in their order, so that
 * no peak is lost; and the first of its gaps.
 */
export function extremes(points: readonly Point[], count: number): Point[] {
  if (points.length <= 2 * count) return [...points];
  const result: Point[] = [];
  for (let part = 0; part < count; part++) {
    const from = Math.floor((part * points.length) / count);
    const to = Math.floor(((part + 1) * points.length) / count);
    let [low, high, gap] = [-1, -1, -1];
    for (let i = from; i < to; i++) {
      const { y } = points[i];
      if (!isDrawable(y)) gap = gap < 0 ? i : gap;
      else {
        if (low < 0 || y < points[low].y) low = i;
        if (high < 0 || y > points[high].y) high = i;
      }
    }
    const kept = [...new Set([low, high, gap])].filter((i) => i >= 0).sort((a, b) => a - b);
    for (const i of kept) result.push(points[i]);
  }
  return result;
}

/** Centred means over 2·radius + 1 neighbours (fewer at the ends), at about `count` of the points. Gaps count nothing. */
export function runningMean(points: readonly Point[], radius: number, count: number): Point[] {
  const sums = new Float64Array(points.length + 1);
  const counts = new Float64Array(points.length + 1);
  points.forEach(({ y }, i) => {
    const drawable = isDrawable(y);
    sums[i + 1] = sums[i] + (drawable ? y : 0);
    counts[i + 1] = counts[i] + (drawable ? 1 : 0);
  });
  const stride = Math.max(1, Math.floor(points.length / count));
  const result: Point[] = [];
  for (let i = 0; i < points.length; i++) {
    if (i % stride !== 0 && i !== points.length - 1) continue;
    const from = Math.max(0, i - radius);
    const to = Math.min(points.length, i + radius + 1);
    result.push({ x: points[i].x, y: (sums[to] - sums[from]) / (counts[to] - counts[from]) });
  }
  return result;
}
