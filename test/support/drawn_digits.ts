// Digits as many people would draw them, stroke by stroke: the styles of data/synthetic/, in other hands each time.

import { PAPER_SIDE, type Stroke } from "../../data/index.ts";
import { STYLES } from "../../data/synthetic/skeletons.ts";
import { deform, flatten, makePolyline, parseSkeleton } from "../../data/synthetic/strokes.ts";
import { Uniforms } from "../../data/synthetic/uniforms.ts";

/** Of the polyline's points, which are as close as a slow pointer's. */
const STEP = 2;

export interface Placing {
  /** Of the drawing's middle, in units of the paper. */
  readonly x: number;
  readonly y: number;
  /** The longer side of what it fills. */
  readonly side: number;
}

/** @param writer from 0; another number, another hand */
export function drawnDigit(digit: number, writer: number, { x, y, side }: Placing): Stroke[] {
  const styles = STYLES[digit];
  // The common styles more often, and none left out: as people are.
  const likely = styles.flatMap((style) => Array(Math.ceil(style.share)).fill(style) as typeof styles);
  const { share, poses } = likely[(7 * writer) % likely.length];
  const skeleton = parseSkeleton(share, poses);
  const random = new Uniforms(new Float32Array(0));
  random.restart(randomRow(1000 * digit + writer), 0, 256);
  const points = new Float64Array(128);
  deform(skeleton, random, points);
  const line = makePolyline(512);
  flatten(skeleton, points, line);
  const strokes: { x: number; y: number }[][] = [];
  for (let i = 0; i < line.count; i++) {
    const isEnd = i + 1 === line.count || line.isJoined[i + 1] === 0;
    if (line.isJoined[i] === 0) strokes.push([]);
    const stroke = strokes[strokes.length - 1];
    if (stroke.length === 0 || isEnd || i % STEP === 0) stroke.push({ x: line.x[i], y: line.y[i] });
  }
  return placed(strokes, { x, y, side });
}

function placed(strokes: readonly Stroke[], { x, y, side }: Placing): Stroke[] {
  const all = strokes.flat();
  const [left, right] = [Math.min(...all.map((p) => p.x)), Math.max(...all.map((p) => p.x))];
  const [top, bottom] = [Math.min(...all.map((p) => p.y)), Math.max(...all.map((p) => p.y))];
  const scale = side / Math.max(right - left, bottom - top);
  const onPaper = (value: number): number => Math.min(PAPER_SIDE - 2, Math.max(2, value));
  return strokes.map((stroke) =>
    stroke.map((point) => ({
      x: onPaper(x + scale * (point.x - (left + right) / 2)),
      y: onPaper(y + scale * (point.y - (top + bottom) / 2)),
    })),
  );
}

/** Marsaglia's xorshift32. */
function randomRow(seed: number): Float32Array {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  return Float32Array.from({ length: 256 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  });
}
