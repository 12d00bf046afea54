// Mouse, touch, pen and keyboard on the square: of the exported page, and of the web app.

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

export interface PenOptions {
  /**
   * How wide the line is here; default: as points are without a width.
   *
   * @param pressure 0 to 1, of a pen that measures it; null of whatever else draws
   */
  widthAt?(pressure: number | null): number;
  /** Whether fingers draw, too, once a pen was seen: a hand that rests on the glass is none; default false. */
  takesTouch?(): boolean;
  /** Called when a pen is seen for the first time. */
  sawPen?(): void;
}

/** Draws what happens on the square; `changed` is called after each change. */
export function takePen(square: HTMLElement, drawing: Drawing, changed: () => void, options: PenOptions = {}): Pen {
  const { widthAt, takesTouch = () => false, sawPen = () => {} } = options;
  const pen: Pen = { cursor: null };
  const pointAt = ({ clientX, clientY }: PointerEvent, pressure: number | null): Point => {
    const { left, top, width, height } = square.getBoundingClientRect();
    const at = { x: ((clientX - left) / width) * PAPER_SIDE, y: ((clientY - top) / height) * PAPER_SIDE };
    return widthAt ? { ...at, width: widthAt(pressure) } : at;
  };
  let pointer: { id: number; isTouch: boolean } | null = null;
  let hasSeenPen = false;

  square.addEventListener("pointerdown", (event) => {
    const isTouch = event.pointerType === "touch";
    if (event.pointerType === "pen" && !hasSeenPen) {
      hasSeenPen = true;
      sawPen();
    }
    if (isTouch && hasSeenPen && !takesTouch()) return;
    // A second finger or another button draws nothing; of hand and pen the pen does.
    if (event.button !== 0 || (pointer !== null && !(pointer.isTouch && event.pointerType === "pen"))) return;
    if (pointer !== null) drawing.undo();
    pointer = { id: event.pointerId, isTouch };
    square.setPointerCapture(event.pointerId);
    pen.cursor = null;
    drawing.lift();
    drawing.draw(pointAt(event, pressureOf(event)));
    changed();
  });
  square.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer?.id) return;
    // All places that the pointer went through since the last frame, where the browser tells. Safari tells no more of them than
    // the places: the pressure is that of the event.
    const events = event.getCoalescedEvents?.() ?? [];
    const pressure = pressureOf(event);
    for (const each of events.length > 0 ? events : [event]) drawing.draw(pointAt(each, pressure));
    changed();
  });
  for (const type of ["pointerup", "pointercancel"] as const) {
    square.addEventListener(type, (event) => {
      if (event.pointerId !== pointer?.id) return;
      pointer = null;
      drawing.lift();
      changed();
    });
  }

  square.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || pointer !== null) return;
    const arrow = ARROWS[event.key];
    const { x, y } = pen.cursor ?? { x: PAPER_SIDE / 2, y: PAPER_SIDE / 2 };
    const at = (right: number, down: number): Point => {
      const place = { x: within(x + right), y: within(y + down) };
      return widthAt ? { ...place, width: widthAt(null) } : place;
    };
    if (arrow) {
      pen.cursor = at(...arrow);
      if (drawing.isDrawing) drawing.draw(pen.cursor);
    } else if (event.key === " ") {
      pen.cursor = at(0, 0);
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

/** Mice and fingers say 0.5 throughout, or 1; a pen that says 0 while it writes does not measure it. */
function pressureOf({ pointerType, pressure }: PointerEvent): number | null {
  return pointerType === "pen" && pressure > 0 ? pressure : null;
}

function within(at: number): number {
  return Math.min(PAPER_SIDE, Math.max(0, at));
}
