// Digits as people draw them, on the paper: points of each stroke.

import { PAPER_SIDE, type Stroke } from "../../data/index.ts";

/** In a unit square. */
type Point = readonly [x: number, y: number];

/** Points on an ellipse's arc; angles in degrees, clockwise from the right. */
function arc(cx: number, cy: number, rx: number, ry: number, from: number, to: number): Point[] {
  return Array.from({ length: 15 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 14) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

function line(...points: Point[]): Point[] {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i];
    return Array.from({ length: 9 }, (_, k): Point => {
      const t = k / 8;
      return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
    });
  });
}

const IN_UNIT_SQUARE: Readonly<Record<number, readonly (readonly Point[])[]>> = {
  0: [arc(0.5, 0.5, 0.22, 0.32, -90, 270)],
  1: [line([0.54, 0.17], [0.48, 0.83])],
  2: [[...arc(0.49, 0.34, 0.2, 0.17, -170, 40), ...line([0.64, 0.45], [0.28, 0.82], [0.74, 0.8])]],
  3: [[...arc(0.47, 0.34, 0.2, 0.16, -150, 90), ...arc(0.47, 0.67, 0.23, 0.17, -90, 150)]],
  4: [line([0.36, 0.18], [0.28, 0.55], [0.72, 0.53]), line([0.66, 0.2], [0.62, 0.86])],
  7: [line([0.27, 0.22], [0.72, 0.2], [0.44, 0.84])],
};

export const DIGIT_STROKES: Readonly<Record<number, readonly Stroke[]>> = Object.fromEntries(
  Object.entries(IN_UNIT_SQUARE).map(([digit, strokes]) => [
    digit,
    strokes.map((stroke) => stroke.map(([x, y]) => ({ x: PAPER_SIDE * x, y: PAPER_SIDE * y }))),
  ]),
);
