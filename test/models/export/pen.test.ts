// The pen of the exported page and of the web app, on a square that is none of a browser's.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Drawing, PAPER_SIDE } from "../../../data/index.ts";
import { type Pen, type PenOptions, takePen } from "../../../models/export/page/pen.ts";

const test = suite("the pen");

/** Half as large as the paper, and not at the window's corner. */
const PLACE = { left: 100, top: 50, width: PAPER_SIDE / 2, height: PAPER_SIDE / 2 };

interface Desk {
  drawing: Drawing;
  pen: Pen;
  changes(): number;
  send(type: string, fields?: object): Event;
}

function desk(options?: PenOptions): Desk {
  const square = Object.assign(new EventTarget(), { getBoundingClientRect: () => PLACE, setPointerCapture() {} });
  const drawing = new Drawing();
  let changes = 0;
  const pen = takePen(
    square as unknown as HTMLElement,
    drawing,
    () => {
      changes++;
    },
    options,
  );
  const send = (type: string, fields: object = {}): Event => {
    const event = Object.assign(new Event(type, { cancelable: true }), {
      ...{ pointerId: 1, pointerType: "mouse", button: 0, pressure: 0.5, clientX: 100, clientY: 50 },
      ...fields,
    });
    square.dispatchEvent(event);
    return event;
  };
  return { drawing, pen, send, changes: () => changes };
}

test("places on the screen become places on the paper", () => {
  const { drawing, send, changes } = desk();
  send("pointerdown");
  send("pointermove", { clientX: 100 + 49, clientY: 50 + 98 });
  send("pointerup");
  assert.equal(drawing.strokes, [
    [
      { x: 0, y: 0 },
      { x: 98, y: PAPER_SIDE },
    ],
  ]);
  assert.ok(!drawing.isDrawing);
  assert.is(changes(), 3);
});

test("all places are drawn that the pointer went through since the last frame, with the event's own pressure", () => {
  const { drawing, send } = desk({ widthAt: (pressure) => 10 * (pressure ?? 1) });
  const coalesced = [10, 20, 30].map((x) => ({ clientX: 100 + x, clientY: 50, pressure: 0 }));
  send("pointerdown", { pointerType: "pen", pressure: 0.2 });
  send("pointermove", { pointerType: "pen", pressure: 0.8, getCoalescedEvents: () => coalesced });
  assert.equal(
    drawing.strokes[0].map(({ x, width }) => [x, width]),
    [[0, 2], [20, 8], [40, 8], [60, 8]], // biome-ignore format: one line
  );
});

test("pressure is a pen's: what a mouse or a finger says of it is none", () => {
  for (const pointerType of ["mouse", "touch"]) {
    const { drawing, send } = desk({ widthAt: (pressure) => (pressure === null ? 16 : 1) });
    send("pointerdown", { pointerType });
    assert.is(drawing.strokes[0][0].width, 16);
  }
});

test("a second finger and another button draw nothing", () => {
  const { drawing, send } = desk();
  send("pointerdown", { button: 2 });
  assert.ok(drawing.isEmpty);
  send("pointerdown", { pointerType: "touch" });
  send("pointerdown", { pointerType: "touch", pointerId: 2 });
  send("pointermove", { pointerType: "touch", pointerId: 2, clientX: 120 });
  send("pointerup", { pointerType: "touch", pointerId: 2 });
  assert.is(drawing.strokes.length, 1);
  assert.is(drawing.strokes[0].length, 1);
  assert.ok(drawing.isDrawing);
});

test("once a pen was seen, fingers draw nothing, unless they are told to; the mouse still does", () => {
  let seen = 0;
  let takesTouch = false;
  const { drawing, send } = desk({ takesTouch: () => takesTouch, sawPen: () => seen++ });
  const tap = (pointerType: string): number => {
    send("pointerdown", { pointerType });
    send("pointerup", { pointerType });
    return drawing.strokes.length;
  };
  assert.equal([tap("touch"), tap("pen"), tap("touch"), tap("pen"), tap("mouse")], [1, 2, 2, 3, 4]);
  takesTouch = true;
  assert.is(tap("touch"), 5);
  assert.is(seen, 1);
});

test("a hand that came before the pen leaves no stroke", () => {
  const { drawing, send } = desk();
  send("pointerdown", { pointerType: "touch", pointerId: 1, clientX: 190 });
  send("pointerdown", { pointerType: "pen", pointerId: 2 });
  send("pointermove", { pointerType: "touch", pointerId: 1, clientX: 180 });
  send("pointerup", { pointerType: "touch", pointerId: 1 });
  assert.ok(drawing.isDrawing);
  send("pointerup", { pointerType: "pen", pointerId: 2 });
  assert.equal(drawing.strokes, [[{ x: 0, y: 0 }]]);
});

test("a stroke that the browser takes away, for a gesture of its own, ends where it was", () => {
  const { drawing, send } = desk();
  send("pointerdown");
  send("pointercancel");
  assert.ok(!drawing.isDrawing);
  assert.is(drawing.strokes.length, 1);
});

test("keys move a pen within the paper, and the space bar puts it down and lifts it", () => {
  const { drawing, pen, send } = desk();
  const press = (key: string, times = 1): void => {
    for (let i = 0; i < times; i++) assert.ok(send("keydown", { key }).defaultPrevented, "the page does not scroll");
  };
  press("ArrowUp", 30);
  assert.equal(pen.cursor, { x: PAPER_SIDE / 2, y: 0 });
  assert.ok(drawing.isEmpty);
  press(" ");
  press("ArrowDown", 2);
  press(" ");
  press("ArrowLeft");
  assert.equal(
    drawing.strokes.map((stroke) => stroke.map(({ y }) => y)),
    [[0, 7, 14]],
  );
  assert.ok(!send("keydown", { key: "Tab" }).defaultPrevented);
  assert.ok(!send("keydown", { key: "ArrowUp", ctrlKey: true }).defaultPrevented);
  send("blur");
  assert.is(pen.cursor, null);
});

test.run();
