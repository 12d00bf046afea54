// Characters of fonts as pictures: the outline's curves as short lines, and what they wind around filled.

import { readFileSync } from "node:fs";
import opentype, { type Font } from "opentype.js";
import type { Picture } from "../../lib/index.ts";

/** A hand, a bold one, printed letters of a hand, and a book's. */
const FILES = [
  "caveat/files/caveat-latin-400-normal.woff",
  "caveat/files/caveat-latin-700-normal.woff",
  "patrick-hand/files/patrick-hand-latin-400-normal.woff",
  "lora/files/lora-latin-400-normal.woff",
];
const SIDE = 120;
const FONT_SIZE = 80;
/** Lines of a curve, and samples of a pixel each way. */
const [PIECES, SAMPLES] = [8, 3];

interface Edge {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export function loadFonts(): Font[] {
  return FILES.map((file) => {
    const bytes = readFileSync(new URL(`../../node_modules/@fontsource/${file}`, import.meta.url));
    return opentype.parse(Uint8Array.from(bytes).buffer);
  });
}

/** Black on white; null where the font has no such character. */
export function glyph(font: Font, character: string): Picture | null {
  if (font.charToGlyphIndex(character) === 0) return null;
  const edges = centred(edgesOf(font, character));
  const data = new Uint8ClampedArray(4 * SIDE * SIDE).fill(255);
  for (let row = 0; row < SIDE; row++) {
    const covered = new Float32Array(SIDE);
    for (let sample = 0; sample < SAMPLES; sample++) addLine(covered, edges, row + (sample + 0.5) / SAMPLES);
    for (let column = 0; column < SIDE; column++) {
      data.fill(255 * (1 - covered[column]), 4 * (row * SIDE + column), 4 * (row * SIDE + column) + 3);
    }
  }
  return { width: SIDE, height: SIDE, data };
}

function edgesOf(font: Font, character: string): Edge[] {
  const edges: Edge[] = [];
  let [x, y, firstX, firstY] = [0, 0, 0, 0];
  const lineTo = (toX: number, toY: number): void => {
    edges.push({ x0: x, y0: y, x1: toX, y1: toY });
    [x, y] = [toX, toY];
  };
  for (const command of font.getPath(character, 0, 0, FONT_SIZE).commands) {
    const { type, x1, y1, x2, y2 } = command;
    if (type === "M") [x, y, firstX, firstY] = [command.x, command.y, command.x, command.y];
    else if (type === "Z") lineTo(firstX, firstY);
    else if (type === "L") lineTo(command.x, command.y);
    else {
      const [fromX, fromY] = [x, y];
      // A parabola is the cubic whose control points lie two thirds of the way to its own.
      const [ax, ay] = type === "C" ? [x1, y1] : [x + ((x1 - x) * 2) / 3, y + ((y1 - y) * 2) / 3];
      const [bx, by] =
        type === "C" ? [x2, y2] : [command.x + ((x1 - command.x) * 2) / 3, command.y + ((y1 - command.y) * 2) / 3];
      for (let k = 1; k <= PIECES; k++) {
        const t = k / PIECES;
        const s = 1 - t;
        const mix = (p: number, a: number, b: number, q: number): number =>
          s * s * s * p + 3 * s * s * t * a + 3 * s * t * t * b + t * t * t * q;
        lineTo(mix(fromX, ax, bx, command.x), mix(fromY, ay, by, command.y));
      }
    }
  }
  return edges;
}

function centred(edges: readonly Edge[]): Edge[] {
  const xs = edges.flatMap(({ x0, x1 }) => [x0, x1]);
  const ys = edges.flatMap(({ y0, y1 }) => [y0, y1]);
  const dx = SIDE / 2 - (Math.min(...xs) + Math.max(...xs)) / 2;
  const dy = SIDE / 2 - (Math.min(...ys) + Math.max(...ys)) / 2;
  return edges.map(({ x0, y0, x1, y1 }) => ({ x0: x0 + dx, y0: y0 + dy, x1: x1 + dx, y1: y1 + dy }));
}

/** What lies between crossings, where the outline winds around. */
function addLine(covered: Float32Array, edges: readonly Edge[], y: number): void {
  const crossings = edges
    .filter(({ y0, y1 }) => y0 <= y !== y1 <= y)
    .map(({ x0, y0, x1, y1 }) => ({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), by: y1 > y0 ? 1 : -1 }))
    .sort((a, b) => a.x - b.x);
  let winding = 0;
  for (let i = 0; i + 1 < crossings.length; i++) {
    winding += crossings[i].by;
    if (winding === 0) continue;
    const [from, to] = [crossings[i].x, crossings[i + 1].x];
    for (let column = Math.max(0, Math.floor(from)); column < Math.min(SIDE, to); column++) {
      covered[column] += Math.max(0, Math.min(to, column + 1) - Math.max(from, column)) / SAMPLES;
    }
  }
}
