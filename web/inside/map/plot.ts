// The map as it is painted: each test digit as its numeral, the drawing as a dot with the way it came.

import type { MapAnswer } from "../questions.ts";

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** From the map's coordinates to those of a square of side 1. */
export interface Frame {
  toSquare(spot: Spot): Spot;
}

/** Room for a numeral at the edges. */
const MARGIN = 0.04;
const HUES = 10;

export function frameOf(points: Float32Array): Frame {
  const xs = points.filter((_, i) => i % 2 === 0);
  const ys = points.filter((_, i) => i % 2 === 1);
  const along = (values: Float32Array): ((value: number) => number) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (value) => MARGIN + ((1 - 2 * MARGIN) * (value - low)) / (high - low || 1);
  };
  const [right, up] = [along(xs), along(ys)];
  // A drawing may lie beyond all test digits: it is shown at the edge.
  const within = (value: number): number => Math.min(1 - MARGIN / 2, Math.max(MARGIN / 2, value));
  return { toSquare: ({ x, y }) => ({ x: within(right(x)), y: within(1 - up(y)) }) };
}

/** Where each digit is on the square. */
export function spotsOf({ points }: MapAnswer, frame: Frame): Spot[] {
  return Array.from({ length: points.length / 2 }, (_, i) =>
    frame.toSquare({ x: points[2 * i], y: points[2 * i + 1] }),
  );
}

/** The spot next to a place on the square; none farther than `reach`. */
export function nearestSpot(spots: readonly Spot[], at: Spot, reach: number): number | null {
  let best: number | null = null;
  let least = reach * reach;
  for (const [i, { x, y }] of spots.entries()) {
    const squared = (x - at.x) ** 2 + (y - at.y) ** 2;
    if (squared < least) [best, least] = [i, squared];
  }
  return best;
}

/** The spot that one comes to from another by an arrow key: near, and rather ahead than beside. */
export function spotToward(spots: readonly Spot[], from: number, right: number, down: number): number | null {
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  const start = spots[from];
  for (const [i, { x, y }] of spots.entries()) {
    const ahead = (x - start.x) * right + (y - start.y) * down;
    const beside = Math.abs((x - start.x) * down) + Math.abs((y - start.y) * right);
    if (i === from || ahead <= 0 || beside > 2 * ahead) continue;
    const cost = ahead + 2 * beside;
    if (cost < least) [best, least] = [i, cost];
  }
  return best;
}

export interface Plot {
  readonly labels: Uint8Array;
  readonly spots: readonly Spot[];
  readonly chosen: number | null;
  /** Where the drawing was, the newest last; empty while there is none. */
  readonly way: readonly Spot[];
}

export function paintMap(canvas: HTMLCanvasElement, plot: Plot): void {
  const { spots, chosen, way } = plot;
  const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const unit = devicePixelRatio;
  context.drawImage(numerals(plot, side), 0, 0);
  if (chosen !== null) ring(context, spots[chosen], side, 11 * unit, "white", 2 * unit);
  way.forEach((spot, i) => {
    if (i === 0) return;
    context.beginPath();
    context.moveTo(way[i - 1].x * side, way[i - 1].y * side);
    context.lineTo(spot.x * side, spot.y * side);
    context.strokeStyle = `rgb(255 255 255 / ${(0.7 * i) / way.length})`;
    context.lineWidth = 2 * unit;
    context.stroke();
  });
  const here = way.at(-1);
  if (!here) return;
  context.beginPath();
  context.arc(here.x * side, here.y * side, 8 * unit, 0, 2 * Math.PI);
  context.fillStyle = "white";
  context.fill();
  ring(context, here, side, 12 * unit, "rgb(8 9 16)", 3 * unit);
  ring(context, here, side, 14 * unit, "white", 2 * unit);
}

function ring(
  context: CanvasRenderingContext2D,
  at: Spot,
  side: number,
  radius: number,
  colour: string,
  width: number,
): void {
  context.beginPath();
  context.arc(at.x * side, at.y * side, radius, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** The numerals of the last map, which stay while the drawing moves: a thousand texts take longer than a frame. */
let backdrop: { readonly spots: readonly Spot[]; readonly canvas: HTMLCanvasElement } | null = null;

function numerals({ labels, spots }: Plot, side: number): HTMLCanvasElement {
  if (backdrop?.spots === spots && backdrop.canvas.width === side) return backdrop.canvas;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.fillStyle = "rgb(8 9 16)";
  context.fillRect(0, 0, side, side);
  context.font = `600 ${Math.max(9 * devicePixelRatio, Math.min(13 * devicePixelRatio, side / 45))}px Inter, system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const [i, { x, y }] of spots.entries()) {
    context.fillStyle = `oklch(0.8 0.13 ${(360 / HUES) * labels[i]})`;
    context.fillText(String(labels[i]), x * side, y * side);
  }
  backdrop = { spots, canvas };
  return canvas;
}
