// Mouse, touch, pen and keyboard on the square.

import { type Drawing, PAPER_SIDE, type Point } from "../../../data/strokes.ts";

/** What an arrow key moves the keyboard's pen by. */
const STEP = PAPER_SIDE / 28;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

export interface Pen {
  /** Where the keyboard's pen is; null while none is in use. */
  cursor: Point | null;
}

/** Draws what happens on the square; `changed` is called after each change. */
export function takePen(square: HTMLElement, drawing: Drawing, changed: () => void): Pen {
  const pen: Pen = { cursor: null };
  const pointAt = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = square.getBoundingClientRect();
    return { x: ((clientX - left) / width) * PAPER_SIDE, y: ((clientY - top) / height) * PAPER_SIDE };
  };
  let pointer: number | null = null;

  square.addEventListener("pointerdown", (event) => {
    // A second finger or another button draws nothing.
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    square.setPointerCapture(pointer);
    pen.cursor = null;
    drawing.lift();
    drawing.draw(pointAt(event));
    changed();
  });
  square.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    // All places that the pointer went through since the last frame, where the browser tells.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) drawing.draw(pointAt(each));
    changed();
  });
  for (const type of ["pointerup", "pointercancel"] as const) {
    square.addEventListener(type, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      drawing.lift();
      changed();
    });
  }

  square.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || pointer !== null) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const { x, y } = pen.cursor ?? { x: PAPER_SIDE / 2, y: PAPER_SIDE / 2 };
      pen.cursor = { x: within(x + arrow[0]), y: within(y + arrow[1]) };
      if (drawing.isDrawing) drawing.draw(pen.cursor);
    } else if (event.key === " ") {
      pen.cursor ??= { x: PAPER_SIDE / 2, y: PAPER_SIDE / 2 };
      if (drawing.isDrawing) drawing.lift();
      else drawing.draw(pen.cursor);
    } else return;
    event.preventDefault(); // scrolling
    changed();
  });
  square.addEventListener("blur", () => {
    if (pointer !== null) return;
    pen.cursor = null;
    drawing.lift();
    changed();
  });
  return pen;
}

function within(at: number): number {
  return Math.min(PAPER_SIDE, Math.max(0, at));
}
