// Board: what is drawn, or the picture that lies there instead; every change is read, and kept.

import { computed, signal } from "@preact/signals";
import { Drawing, type Stroke } from "../../data/index.ts";
import { settings } from "../app/place.ts";
import { read } from "../read/reader.ts";
import { brushWidth } from "./brush.ts";
import { keepStrokes, keptStrokes, storeNow } from "./stroke_store.ts";

export const drawing = new Drawing();
/** Counts the changes of the drawing, which is no signal itself. */
export const revision = signal(0);
export const picture = signal<ImageBitmap | null>(null);
export const isEmpty = computed(() => revision.value >= 0 && drawing.isEmpty && picture.value === null);
export const canUndo = computed(() => revision.value >= 0 && (drawing.canUndo || picture.value !== null));

/** Of a digit that draws itself, in all. */
const SAMPLE_MS = 240;
let sampleTimer = 0;

/** To be called after each change of the drawing: by the pen, for instance, which draws over a picture by taking its place. */
export function changed(): void {
  if (!drawing.isEmpty) picture.value = null;
  show();
}

export function undo(): void {
  stopSample();
  picture.value = null;
  drawing.undo();
  show();
}

export function clear(): void {
  stopSample();
  picture.value = null;
  drawing.clear();
  show();
}

/** Puts a picture in the drawing's place; `undo` brings the drawing back. */
export function showPicture(bitmap: ImageBitmap): void {
  stopSample();
  drawing.clear();
  picture.value = bitmap;
  show();
}

/** Draws these strokes as a hand would, in a moment; at once for whoever wants no motion. */
export function drawSample(strokes: readonly Stroke[]): void {
  stopSample();
  picture.value = null;
  drawing.clear();
  const width = brushWidth(settings.value.brush, null);
  const points = strokes.flatMap((stroke) =>
    stroke.map((point, i) => ({ point: { ...point, width }, isFirst: i === 0 })),
  );
  const started = performance.now();
  let drawn = 0;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const draw = (now: number): void => {
    const due = isStill ? points.length : Math.ceil((points.length * (now - started)) / SAMPLE_MS);
    for (const { point, isFirst } of points.slice(drawn, Math.max(1, due))) {
      if (isFirst) drawing.lift();
      drawing.draw(point);
      drawn++;
    }
    if (drawn < points.length) sampleTimer = requestAnimationFrame(draw);
    else drawing.lift();
    show();
  };
  draw(started);
}

/** The drawing of the last visit, unless there is one already. */
export async function restore(): Promise<void> {
  const strokes = await keptStrokes();
  if (!isEmpty.value || canUndo.value) return;
  for (const stroke of strokes) {
    for (const point of stroke) drawing.draw(point);
    drawing.lift();
  }
  show();
}

function stopSample(): void {
  cancelAnimationFrame(sampleTimer);
}

function show(): void {
  revision.value++;
  const bitmap = picture.value;
  if (bitmap) read({ kind: "picture", bitmap });
  else read(drawing.isEmpty ? null : { kind: "strokes", strokes: drawing.strokes });
  keepStrokes(drawing.strokes);
  if (!drawing.isDrawing) storeNow();
}
