// Skeletons parsed, and turned into one writer's hand: a pose, a trembling, a slant, a width.

import type { Uniforms } from "./uniforms.ts";

export interface Skeleton {
  readonly share: number;
  /** One list of x, y, x, y … a pose, in units of the digit's height. */
  readonly poses: readonly Float64Array[];
  /** First and last point of each smooth curve; two curves of a stroke share the corner between them. */
  readonly curves: readonly (readonly [first: number, last: number])[];
  /** Whether a curve continues where the one before it ended. */
  readonly continues: readonly boolean[];
}

export function parseSkeleton(share: number, poses: readonly string[]): Skeleton {
  const curves: [number, number][] = [];
  const continues: boolean[] = [];
  let count = 0;
  for (const stroke of poses[0].split("/")) {
    stroke.split("|").forEach((curve, i) => {
      const points = curve.split(",").length;
      curves.push([i === 0 ? count : count - 1, count + points - 1]);
      continues.push(i > 0);
      count += points;
    });
  }
  const numbers = poses.map((pose) => Float64Array.from(pose.match(/-?\d+/g) ?? [], (text) => Number(text) / 100));
  if (numbers.some((pose) => pose.length !== 2 * count)) {
    throw new Error(`parseSkeleton: the poses of ${poses[0]} differ in their points.`);
  }
  return { share, poses: numbers, curves, continues };
}

/** How far a writer may deviate; figures are standard deviations unless stated. */
const POINT_JITTER = 0.042;
const SLANT_MEAN = 0.16;
const SLANT = 0.28;
const TILT = 0.1;
const BEND = 0.15;
/** Shifts weight between the upper and the lower half: large heads, small bellies. */
const PROPORTION = 0.3;

/**
 * The points of one image: somewhere between the poses and a little beyond, each point jittered, the whole
 * bent by a random quadratic, squeezed, slanted and turned. About the centre, so that the order matters little.
 */
export function deform(skeleton: Skeleton, random: Uniforms, points: Float64Array): void {
  const { poses } = skeleton;
  const size = poses[0].length;
  const weights = poses.map(() => random.uniform(-0.15, 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Their sum may come close to 0, which would throw points far out: mix in the first pose then.
  const scale = total > 0.3 ? 1 / total : 1;
  points.fill(0, 0, size);
  poses.forEach((pose, p) => {
    const weight = total > 0.3 ? weights[p] * scale : p === 0 ? 1 : 0;
    for (let i = 0; i < size; i++) points[i] += weight * pose[i];
  });
  const slant = SLANT_MEAN + SLANT * random.normal();
  const width = Math.min(2, Math.max(0.6, 1.22 + 0.27 * random.normal()));
  // tan of half the angle: the rotation needs no sine.
  const t = (TILT * random.normal()) / 2;
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const [xx, xy, yy] = [BEND * random.normal(), BEND * random.normal(), BEND * random.normal()];
  const [uu, uv, vv] = [BEND * random.normal(), BEND * random.normal(), PROPORTION * random.normal()];
  for (let i = 0; i < size; i += 2) {
    const x = points[i] - 0.32 + POINT_JITTER * random.triangular();
    const y = points[i + 1] - 0.5 + POINT_JITTER * random.triangular();
    const bentX = x + xx * x * x + xy * x * y + yy * y * y;
    const bentY = y + uu * x * x + uv * x * y + vv * y * y;
    const slanted = width * bentX - slant * bentY;
    points[i] = cos * slanted - sin * bentY;
    points[i + 1] = sin * slanted + cos * bentY;
  }
}

/** Pieces a span of a curve is drawn in. */
const PIECES = 5;

export interface Polyline {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** 1 where the point is joined to the one before it. */
  readonly isJoined: Uint8Array;
  count: number;
}

export function makePolyline(capacity: number): Polyline {
  return {
    x: new Float64Array(capacity),
    y: new Float64Array(capacity),
    isJoined: new Uint8Array(capacity),
    count: 0,
  };
}

/** The curves as a polyline: Catmull–Rom splines, each span in equal steps of the parameter. */
export function flatten({ curves, continues }: Skeleton, points: Float64Array, line: Polyline): void {
  line.count = 0;
  curves.forEach(([first, last], c) => {
    for (let p = first; p < last; p++) {
      const before = Math.max(first, p - 1);
      const after = Math.min(last, p + 2);
      for (let piece = p === first ? (continues[c] ? 1 : 0) : 1; piece <= PIECES; piece++) {
        const t = piece / PIECES;
        line.x[line.count] = catmullRom(points[2 * before], points[2 * p], points[2 * p + 2], points[2 * after], t);
        line.y[line.count] = catmullRom(
          points[2 * before + 1],
          points[2 * p + 1],
          points[2 * p + 3],
          points[2 * after + 1],
          t,
        );
        line.isJoined[line.count] = piece === 0 ? 0 : 1;
        line.count++;
      }
    }
  });
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Deviation of the width along a stroke, as a share of it. */
const PRESSURE = 0.14;
/** Points of the polyline over which the pressure changes. */
const PRESSURE_STEP = 8;

/** Half the width at each point: random every few points, linear between, so that no stroke is even. */
export function press({ count }: Polyline, radius: number, random: Uniforms, radii: Float64Array): void {
  let from = radius * (1 + PRESSURE * random.triangular());
  for (let start = 0; start < count; start += PRESSURE_STEP) {
    const to = radius * (1 + PRESSURE * random.triangular());
    const end = Math.min(count, start + PRESSURE_STEP);
    for (let i = start; i < end; i++) radii[i] = from + ((to - from) * (i - start)) / PRESSURE_STEP;
    from = to;
  }
}
