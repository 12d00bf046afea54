// Keeps the drawing on the device, so that a reload, a crash or a swipe back loses nothing.

import { get, set } from "idb-keyval";
import { PAPER_SIDE, type Point, type Stroke } from "../../data/index.ts";

const KEY = "strokes";
/** While the pen is down: a stroke that takes long is not stored anew with each of its points. */
const DELAY_MS = 500;
/** As many as pictureOf draws. */
const MOST_POINTS = 10_000;

let timer: ReturnType<typeof setTimeout> | undefined;
let latest: readonly Stroke[] | null = null;

/** Stores them soon. A page that may store nothing goes on without. */
export function keepStrokes(strokes: readonly Stroke[]): void {
  latest = strokes;
  clearTimeout(timer);
  timer = setTimeout(storeNow, DELAY_MS);
}

/** Stores at once what has still to be stored: where the pen was lifted, and where the page is hidden, which may be its end. */
export function storeNow(): void {
  clearTimeout(timer);
  if (latest) set(KEY, latest).catch(() => {});
  latest = null;
}

export async function keptStrokes(): Promise<Stroke[]> {
  try {
    return readStrokes(await get(KEY));
  } catch {
    return [];
  }
}

/** What was stored, by this version or another: strokes and points that are none are left out. */
export function readStrokes(stored: unknown): Stroke[] {
  let room = MOST_POINTS;
  return list(stored).flatMap((stroke) => {
    const points = list(stroke).flatMap(readPoint).slice(0, room);
    room -= points.length;
    return points.length > 0 ? [points] : [];
  });
}

function readPoint(stored: unknown): Point[] {
  const { x, y, width }: { x?: unknown; y?: unknown; width?: unknown } = Object(stored);
  if (!isWithin(x, -PAPER_SIDE, 2 * PAPER_SIDE) || !isWithin(y, -PAPER_SIDE, 2 * PAPER_SIDE)) return [];
  return [isWithin(width, 0, PAPER_SIDE) ? { x, y, width } : { x, y }];
}

function isWithin(value: unknown, low: number, high: number): value is number {
  return typeof value === "number" && value >= low && value <= high;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
