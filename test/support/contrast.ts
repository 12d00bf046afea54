// Contrast as it is seen: the colour of a text or a line against the pixels that are really behind it, by WCAG 2.2 (1.4.3 and
// 1.4.11). axe judges no text over gradients or translucent surfaces, and here nearly all of it is.

import type { CDPSession, Page } from "playwright-core";
import { PNG } from "pngjs";

/** Red, green, blue 0 … 255, and opacity 0 … 1. */
type Colour = readonly [number, number, number, number];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something that must be told from what is behind it or beside it. */
interface Mark {
  readonly kind: "text" | "icon" | "border" | "focus ring" | "bar" | "line";
  readonly name: string;
  readonly box: Box;
  /** None where the picture says it. */
  readonly colour: Colour | null;
  readonly wanted: number;
}

const TEXT = 4.5;
const LARGE_TEXT = 3;
const GRAPHICS = 3;

/**
 * Looks at every part of the page, or of the dialog that is open, scrolling it through the screen: the lights behind the glass
 * stay where they are meanwhile.
 *
 * @returns what falls short, one line each
 */
export async function contrastFindings(page: Page): Promise<{ findings: string[]; measured: number }> {
  const findings = new Map<string, string>();
  let measured = 0;
  // By which tsx keeps the names of functions; the page has none.
  await page.evaluate("globalThis.__name ??= (named) => named");
  // What changes colour when it is pointed at is not what is meant here.
  await page.mouse.move(0, 0);
  const client = await page.context().newCDPSession(page);
  const positions = await page.evaluate(scrollPositions);
  for (const top of positions) {
    await page.evaluate(scrollTo, top);
    const marks = await page.evaluate(marksInSight, { TEXT, LARGE_TEXT, GRAPHICS });
    await page.evaluate(hideText);
    const picture = await pictureOf(client);
    await page.evaluate(showText);
    for (const mark of marks) {
      const contrast = measure(picture, mark);
      if (contrast === null) continue;
      measured++;
      const line = `${mark.kind} ${mark.name}: ${contrast.toFixed(2)}, wanted ${mark.wanted}`;
      if (contrast < mark.wanted) findings.set(`${mark.kind} ${mark.name}`, line);
    }
  }
  await page.evaluate(scrollTo, 0);
  await client.detach();
  return { findings: [...findings.values()], measured };
}

/** One pixel of it is one of the page's. By the protocol, which packs it less and waits for nothing: a page in rest is wanted. */
async function pictureOf(client: CDPSession): Promise<PNG> {
  const { data } = await client.send("Page.captureScreenshot", { optimizeForSpeed: true });
  return PNG.sync.read(Buffer.from(data, "base64"));
}

/** @returns null where nothing of it is on the screen */
function measure(picture: PNG, { kind, box, colour }: Mark): number | null {
  const colours = (part: Box): Colour[] => coloursIn(picture, part);
  const against = (own: Colour, behind: readonly Colour[]): number | null =>
    behind.length === 0 ? null : Math.min(...behind.map((each) => contrastOf(over(own, each), each)));
  if (kind === "bar") {
    const inside = colours({ ...box, y: box.y + box.height / 2, height: 1 });
    const beside = colours({ x: box.x + box.width + 3, y: box.y + box.height / 2, width: 1, height: 1 });
    if (inside.length === 0 || beside.length === 0) return null;
    // A hatched one is seen by its darker lines.
    return Math.max(...inside.map((each) => contrastOf(each, beside[0])));
  }
  if (!colour) return null;
  if (kind === "line") {
    const behind = colours(box).sort((a, b) => luminance(a) - luminance(b));
    return against(colour, behind.slice(behind.length >> 1, (behind.length >> 1) + 1));
  }
  if (kind === "border" || kind === "focus ring") {
    // Beside the middle of each edge, where the ring would be, too.
    const [gap, cx, cy] = [2, box.x + box.width / 2, box.y + box.height / 2];
    const outside = [
      [cx, box.y - gap],
      [cx, box.y + box.height + gap],
      [box.x - gap, cy],
      [box.x + box.width + gap, cy],
    ].flatMap(([x, y]) => colours({ x, y, width: 1, height: 1 }));
    if (kind === "border") return against(colour, outside);
    // It may lie over a neighbour on one side.
    const sides = outside.map((each) => contrastOf(colour, each)).sort((a, b) => b - a);
    return sides[sides.length >> 1];
  }
  // Between the tops and the feet of its letters: a line of text is taller than that, and may reach over its neighbours.
  const part = kind === "text" ? { ...box, y: box.y + box.height / 4, height: box.height / 2 } : box;
  return against(colour, colours(part));
}

/** Each colour once. */
function coloursIn({ width, height, data }: PNG, box: Box): Colour[] {
  const [x0, y0] = [Math.max(0, Math.ceil(box.x)), Math.max(0, Math.ceil(box.y))];
  const x1 = Math.min(width, Math.max(x0 + 1, Math.floor(box.x + box.width)));
  const y1 = Math.min(height, Math.max(y0 + 1, Math.floor(box.y + box.height)));
  const found = new Set<number>();
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const i = 4 * (y * width + x);
      found.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
  }
  return [...found].map((rgb) => [rgb >> 16, (rgb >> 8) & 255, rgb & 255, 1]);
}

function over([r, g, b, opacity]: Colour, [r0, g0, b0]: Colour): Colour {
  const mix = (own: number, behind: number): number => opacity * own + (1 - opacity) * behind;
  return [mix(r, r0), mix(g, g0), mix(b, b0), 1];
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance([r, g, b]: Colour): number {
  const linear = (value: number): number => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrastOf(a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

// What follows runs in the page.

function hideText(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    *, ::before, ::after, ::placeholder {
      outline: none !important;
      -webkit-text-fill-color: transparent !important;
      text-decoration-color: transparent !important;
      caret-color: transparent !important;
    }
    input, select { color: transparent !important; }
    svg text { fill-opacity: 0 !important; }
    :is(button, a, summary, label, p, li, span) svg { visibility: hidden !important; }
  `);
  document.adoptedStyleSheets = [sheet];
}

function showText(): void {
  document.adoptedStyleSheets = [];
}

function scrollPositions(): number[] {
  const { scrollHeight, clientHeight } = document.querySelector("dialog[open]") ?? document.documentElement;
  // What is cut off at the edge of one place is whole in the next.
  const step = clientHeight * 0.7;
  const count = Math.ceil((scrollHeight - clientHeight) / step);
  return Array.from({ length: count + 1 }, (_, i) => i * step);
}

function scrollTo(top: number): void {
  (document.querySelector("dialog[open]") ?? document.documentElement).scrollTo({ top, behavior: "instant" });
}

function marksInSight({ TEXT, LARGE_TEXT, GRAPHICS }: Readonly<Record<string, number>>): Mark[] {
  const canvas = document.createElement("canvas");
  const painter = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
  const known = new Map<string, Colour>();
  const marks: Mark[] = [];

  const read = (css: string): Colour => {
    let colour = known.get(css);
    if (!colour) {
      painter.clearRect(0, 0, 1, 1);
      painter.fillStyle = css;
      painter.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = painter.getImageData(0, 0, 1, 1).data;
      colour = [r, g, b, a / 255];
      known.set(css, colour);
    }
    return colour;
  };
  const opacities = new Map<Element, number>();
  const opacityOf = (element: Element | null): number => {
    if (!element) return 1;
    let opacity = opacities.get(element);
    if (opacity === undefined) {
      opacity = Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement);
      opacities.set(element, opacity);
    }
    return opacity;
  };
  const sight =
    document.querySelector("dialog[open]")?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight);
  const colourOf = (css: string, element: Element): Colour => {
    const [r, g, b, a] = read(css);
    return [r, g, b, a * opacityOf(element)];
  };
  const nameOf = (element: Element, text = ""): string =>
    `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} “${(text || element.getAttribute("aria-label") || element.textContent || "").trim().slice(0, 40)}”`;
  /** What is disabled is exempt; what is covered, beyond the screen or for screen readers alone is not seen. */
  const isSeen = (element: Element, { x, y, width, height }: Box): boolean => {
    if (width < 2 || height < 2 || opacityOf(element) === 0) return false;
    if (x < sight.left || y < sight.top || x + width > sight.right || y + height > sight.bottom) return false;
    if (element.closest(":disabled, fieldset:disabled, [aria-disabled=true], .sr-only")) return false;
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    return top !== null && (element.contains(top) || top.contains(element));
  };
  const add = (
    kind: Mark["kind"],
    element: Element,
    box: Box,
    colour: Colour | null,
    wanted: number,
    text = "",
  ): void => {
    const { x, y, width, height } = box;
    if (!isSeen(element, box)) return;
    marks.push({ kind, name: nameOf(element, text), box: { x, y, width, height }, colour, wanted });
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!element || !node.textContent?.trim() || element.closest("option, [aria-hidden=true].ghost-digit")) continue;
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const colour = colourOf(element instanceof SVGElement ? style.fill : style.color, element);
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      add("text", element, box, colour, isLarge ? LARGE_TEXT : TEXT, node.textContent);
    }
  }
  for (const field of document.querySelectorAll(
    "input:not([type=radio], [type=checkbox], [type=range], [type=file]), select",
  )) {
    const { x, y, width, height } = field.getBoundingClientRect();
    // Without its edges, and the arrow of a choice.
    const inner = new DOMRect(x + 8, y, width - 40, height);
    add("text", field, inner, colourOf(getComputedStyle(field).color, field), TEXT, "its value");
  }
  for (const icon of document.querySelectorAll("button svg, a svg, summary svg, label svg, p svg, li svg, span svg")) {
    const { color } = getComputedStyle(icon);
    add(
      "icon",
      icon,
      icon.getBoundingClientRect(),
      colourOf(color, icon.parentElement as Element),
      GRAPHICS,
      icon.parentElement?.textContent ?? "",
    );
  }
  const rings = read(getComputedStyle(document.documentElement).getPropertyValue("--accent"));
  for (const control of document.querySelectorAll(
    "button, select, input, label > span, label, [role=slider], summary, a",
  )) {
    const style = getComputedStyle(control);
    const box = control.getBoundingClientRect();
    const line = colourOf(style.borderTopColor, control);
    const isControl = control.matches("button, select, input, label:has(input), label:has(input) > span");
    if (isControl && Number.parseFloat(style.borderTopWidth) > 0 && line[3] > 0) {
      add("border", control, box, line, GRAPHICS);
    }
    if (control.matches("button, select, input, [role=slider], summary, a")) {
      add("focus ring", control, box, rings, GRAPHICS);
    }
  }
  for (const bar of document.querySelectorAll(".track i, .train-bar i, .inside-track i")) {
    const box = bar.getBoundingClientRect();
    const track = bar.parentElement?.getBoundingClientRect();
    if (track && box.width >= 4 && box.right + 6 < track.right) add("bar", bar, box, null, GRAPHICS);
  }
  for (const line of document.querySelectorAll<SVGElement>(".train-chart path, .train-chart polyline")) {
    const { stroke } = getComputedStyle(line);
    const chart = line.closest("svg");
    if (chart && stroke !== "none" && !line.matches(".sg-s-grid")) {
      add("line", chart, chart.getBoundingClientRect(), colourOf(stroke, line), GRAPHICS, stroke);
    }
  }
  return marks;
}
