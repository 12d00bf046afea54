// Shows the drawing on the square, sharp at any size, in the colours of the page.

import { PAPER_SIDE, PEN_WIDTH, type Point, type Stroke, smooth } from "../../../data/strokes.ts";

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
  context.lineWidth = PEN_WIDTH;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    const line = smooth(stroke);
    context.beginPath();
    context.moveTo(line[0].x, line[0].y);
    for (const { x, y } of line) context.lineTo(x, y);
    context.stroke();
  }
  if (!cursor) return;
  context.beginPath();
  context.arc(cursor.x, cursor.y, PEN_WIDTH / 2 + 2, 0, 2 * Math.PI);
  context.lineWidth = isDown ? 4 : 2;
  context.strokeStyle = style.outlineColor;
  context.stroke();
}
