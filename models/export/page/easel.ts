// Shows the drawing on the square, sharp at any size, in the colours of the page: of the exported page, and of the web app.

import { PAPER_SIDE, type Point, type Stroke, smooth, widthOf } from "../../../data/strokes.ts";

/** @param cursor a ring where the keyboard's pen is; filled while it is down */
export function paint(
  canvas: HTMLCanvasElement,
  strokes: readonly Stroke[],
  cursor: Point | null,
  isDown: boolean,
): void {
  const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const style = getComputedStyle(canvas);
  context.setTransform(side / PAPER_SIDE, 0, 0, side / PAPER_SIDE, 0, 0);
  context.clearRect(0, 0, PAPER_SIDE, PAPER_SIDE);
  context.strokeStyle = style.color;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) ink(context, smooth(stroke));
  if (!cursor) return;
  context.beginPath();
  context.arc(cursor.x, cursor.y, widthOf(cursor) / 2 + 2, 0, 2 * Math.PI);
  context.lineWidth = isDown ? 4 : 2;
  context.strokeStyle = style.outlineColor;
  context.stroke();
}

/** One path for as long as the width stays the same; where it changes, a piece each. */
function ink(context: CanvasRenderingContext2D, line: readonly Point[]): void {
  const pieces = line.length > 1 ? line.slice(1) : line;
  let width = Number.NaN;
  pieces.forEach((to, i) => {
    const from = line[i];
    const here = (widthOf(from) + widthOf(to)) / 2;
    if (here !== width) {
      if (i > 0) context.stroke();
      context.beginPath();
      context.moveTo(from.x, from.y);
      width = context.lineWidth = here;
    }
    context.lineTo(to.x, to.y);
  });
  context.stroke();
}
