// Strokes drawn in a page, by mouse or finger, on the element that shows the paper.

import type { CDPSession, Page } from "playwright-core";
import { PAPER_SIDE, type Stroke } from "../../data/index.ts";

interface Place {
  x: number;
  y: number;
}

export interface DrawOptions {
  /** The selector of the element; default: the web app's. */
  sheet?: string;
  /** Several points come with one frame, as the events that it coalesced; default: one, as of a slow hand. */
  isFast?: boolean;
}

const SHEET = ".ink";

/** Where a point of the paper is in the window. */
export async function placeOn(page: Page, sheet = SHEET): Promise<(point: Place) => Place> {
  const box = await page.locator(sheet).boundingBox();
  if (!box) throw new Error(`there is no ${sheet} to draw on`);
  return ({ x, y }) => ({ x: box.x + (x / PAPER_SIDE) * box.width, y: box.y + (y / PAPER_SIDE) * box.height });
}

export async function drawByMouse(
  page: Page,
  strokes: readonly Stroke[],
  { sheet = SHEET, isFast = false }: DrawOptions = {},
): Promise<void> {
  const place = await placeOn(page, sheet);
  for (const stroke of strokes) {
    const [start, ...rest] = stroke.map(place);
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    if (isFast) await Promise.all(rest.map(({ x, y }) => page.mouse.move(x, y)));
    else for (const { x, y } of rest) await page.mouse.move(x, y);
    await page.mouse.up();
  }
  await painted(page);
}

/** By the protocol, since Playwright's own touch only taps. */
export async function drawByFinger(
  page: Page,
  strokes: readonly Stroke[],
  { sheet = SHEET }: Pick<DrawOptions, "sheet"> = {},
): Promise<void> {
  const place = await placeOn(page, sheet);
  const client: CDPSession = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: Place[]): Promise<unknown> =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints });
  for (const stroke of strokes) {
    const [start, ...rest] = stroke.map(place);
    await touch("touchStart", start);
    for (const point of rest) await touch("touchMove", point);
    await touch("touchEnd");
  }
  await client.detach();
  await painted(page);
}

/** After what has happened is shown. */
export function painted(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
}
