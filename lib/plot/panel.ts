// One panel of a figure of curves: a frame with its axis, lines, and each line's last value written beside it.

import { fractionAlong } from "./scale.ts";
import { isDrawable, type Point, type Series, stretches } from "./series.ts";
import { spread } from "./spread.ts";
import { type Attributes, element, escapeXml, paint, pathThrough, textAt } from "./svg.ts";
import type { Axis } from "./ticks.ts";

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Panel {
  readonly frame: Frame;
  readonly title: string;
  /** What its numbers are, behind the title. */
  readonly unit: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** Behind the lines, thin and pale: single steps. */
  readonly faint?: readonly Series[];
  /** Of the last values. */
  readonly format: (value: number) => string;
  /** Where the epoch lies that gets a dashed line, and rings; null: none does. */
  readonly markedX: number | null;
  /** Whether there is no room behind the lines for their names, which are written below the title then. */
  readonly isNarrow: boolean;
}

/** Lines of more points than this have no dots. */
const MAX_DOTS = 40;
/** Between the lines of text at the right. */
const LABEL_HEIGHT = 15;
/** The line between title and frame that names the series, where the panel is narrow. */
export const NAMES_HEIGHT = 17;
const LINE: Attributes = { "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": "round" };
const FAINT: Attributes = { "stroke-width": 1, "stroke-opacity": 0.4, "stroke-linejoin": "round" };

export function drawPanel(panel: Panel): string {
  const { frame, title, unit, series, faint = [], markedX } = panel;
  const { left, top, width, height } = frame;
  const place = placer(panel);
  // A nested svg clips what lies beyond the axis, and unlike a clip path it needs no id.
  const clipped = element(
    "svg",
    box({ left, top: top - 2, width, height: height + 4 }), // a line along the edge shows its whole width
    ...faint.map((one) => line(one, place, FAINT)),
    ...series.map((one) => line(one, place, LINE)),
  );
  const isInside = ({ y }: Point): boolean => isDrawable(y) && y >= panel.y.from && y <= panel.y.to;
  const dots = series.flatMap(({ points, colour, isJudged }) => {
    const drawn = points.filter(isInside);
    const shown = points.length <= MAX_DOTS ? drawn : drawn.filter(({ x }) => isJudged && x === markedX);
    return shown.map((point) => {
      const [cx, cy] = place(point);
      const isMarked = isJudged === true && point.x === markedX;
      const look = isMarked
        ? { ...paint({ fill: "paper", stroke: colour }), "stroke-width": 2 }
        : paint({ fill: colour });
      return element("circle", { cx, cy, r: isMarked ? 4.5 : 3, ...look });
    });
  });
  return [
    textAt(left, top - 9 - (panel.isNarrow ? NAMES_HEIGHT : 0), title, { "font-weight": 600, "font-size": 13 }).replace(
      "</text>",
      `${element("tspan", { ...paint({ fill: "muted" }), "font-weight": 400, "font-size": 12, dx: 8 }, escapeXml(unit))}</text>`,
    ),
    panel.isNarrow ? names(panel) : "",
    grid(panel, place),
    clipped,
    ...dots,
    ...series.flatMap((one) => crosses(one, place, top)),
    endLabels(panel, place),
  ].join("");
}

function box({ left, top, width, height }: Frame): Attributes {
  return { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` };
}

type Place = (point: Point) => [x: number, y: number];

function placer({ frame: { left, top, width, height }, x, y }: Panel): Place {
  return (point) => [left + width * fractionAlong(x, point.x), top + height * (1 - fractionAlong(y, point.y))];
}

function grid({ frame: { left, top, width, height }, x, y, markedX }: Panel, place: Place): string {
  const right = left + width;
  const bottom = top + height;
  const heights = y.ticks.map((tick) => place({ x: x.from, y: tick })[1]);
  const columns = x.ticks.map((tick) => place({ x: tick, y: y.from })[0]);
  const marked = markedX === null ? [] : [place({ x: markedX, y: y.from })[0]];
  return [
    element("path", {
      d: pathThrough([
        ...heights.map(
          (at) =>
            [
              [left, at],
              [right, at],
            ] as const,
        ),
        ...columns.map(
          (at) =>
            [
              [at, bottom],
              [at, bottom + 4],
            ] as const,
        ),
      ]),
      ...paint({ stroke: "grid" }),
    }),
    element("path", {
      d: pathThrough([
        [
          [left, bottom],
          [right, bottom],
        ],
      ]),
      ...paint({ stroke: "muted" }),
    }),
    ...marked.map((at) =>
      element("path", {
        d: pathThrough([
          [
            [at, top],
            [at, bottom],
          ],
        ]),
        ...paint({ stroke: "muted" }),
        "stroke-dasharray": "3 3",
      }),
    ),
    ...y.ticks.map((tick, i) =>
      textAt(left - 8, heights[i] + 4, y.format(tick), { "text-anchor": "end", ...paint({ fill: "muted" }) }),
    ),
  ].join("");
}

function line({ points, colour }: Series, place: Place, look: Attributes): string {
  const lines = stretches(points).map((stretch) => stretch.map(place));
  if (lines.length === 0) return "";
  return element("path", { d: pathThrough(lines), ...paint({ stroke: colour }), ...look });
}

/** A cross at the upper edge where values begin to be no numbers. */
function crosses({ points, colour }: Series, place: Place, top: number): string[] {
  return points
    .filter(({ y }, i) => !isDrawable(y) && (i === 0 || isDrawable(points[i - 1].y)))
    .map(({ x }) => {
      const [at] = place({ x, y: 1 });
      const [x0, x1, y0, y1] = [at - 4, at + 4, top + 2, top + 10];
      const d = pathThrough([
        [
          [x0, y0],
          [x1, y1],
        ],
        [
          [x0, y1],
          [x1, y0],
        ],
      ]);
      return element("path", { d, ...paint({ stroke: colour }), "stroke-width": 2 });
    });
}

/** "training validation", each in its colour. */
function names({ frame: { left, top }, series }: Panel): string {
  const named = series.filter(({ name, points }) => name !== "" && points.some(({ y }) => isDrawable(y)));
  if (named.length === 0) return "";
  const spans = named.map(({ name, colour }, i) =>
    element("tspan", { ...paint({ fill: colour }), dx: i === 0 ? undefined : 8 }, escapeXml(name)),
  );
  return element("text", { x: left, y: top - 9, "font-weight": 600 }, ...spans);
}

/** "validation 99.42 %" at the height where its line ends, moved apart where two would touch. */
function endLabels(panel: Panel, place: Place): string {
  const { frame, series, format, isNarrow } = panel;
  const bottom = frame.top + frame.height;
  const labels = series
    .flatMap(({ name, colour, points }) => {
      const last = points.filter(({ y }) => isDrawable(y)).at(-1);
      return last
        ? [
            {
              text: isNarrow ? format(last.y) : `${name} ${format(last.y)}`,
              colour,
              y: Math.min(bottom, Math.max(frame.top, place(last)[1])),
            },
          ]
        : [];
    })
    .sort((a, b) => a.y - b.y);
  const heights = spread(
    labels.map(({ y }) => y),
    LABEL_HEIGHT,
    frame.top,
    bottom,
  );
  return labels
    .map(({ text, colour }, i) =>
      textAt(frame.left + frame.width + (isNarrow ? 8 : 12), heights[i] + 4, text.trim(), {
        ...paint({ fill: colour }),
        "font-weight": 600,
      }),
    )
    .join("");
}
