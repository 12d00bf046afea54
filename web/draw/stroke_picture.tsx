// StrokePicture: strokes as a small picture, in the middle of a square, in the colour of the text.

import { PAPER_SIDE, PEN_WIDTH, type Stroke, smooth } from "../../data/index.ts";

export function StrokePicture({ strokes, class: className }: { strokes: readonly Stroke[]; class: string }) {
  const points = strokes.flat();
  const left = middle(points.map(({ x }) => x)) - PAPER_SIDE / 2;
  const top = middle(points.map(({ y }) => y)) - PAPER_SIDE / 2;
  return (
    <svg class={className} viewBox={`${left} ${top} ${PAPER_SIDE} ${PAPER_SIDE}`} aria-hidden="true">
      {strokes.map((stroke) => {
        const points = smooth(stroke).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
        return (
          <polyline
            key={points[0]}
            points={points.join(" ")}
            fill="none"
            stroke="currentColor"
            stroke-width={PEN_WIDTH}
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        );
      })}
    </svg>
  );
}

function middle(coordinates: readonly number[]): number {
  return (Math.min(...coordinates) + Math.max(...coordinates)) / 2;
}
