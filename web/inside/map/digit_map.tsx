// DigitMap: a thousand test digits by what the CNN's hidden layer says of them, and the drawing moving among them.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { percent } from "../../../models/export/page/percent.ts";
import { Fold } from "../../look/fold.tsx";
import { useLive, useTask } from "../asking.ts";
import { DigitPicture } from "../parts/digit_picture.tsx";
import { NeedsDrawing } from "../parts/needs_drawing.tsx";
import { count, decimal } from "../parts/number.ts";
import type { MapAnswer } from "../questions.ts";
import { PIXELS } from "../side.ts";
import { putOnSheet, subject } from "../subject.ts";
import { frameOf, nearestSpot, paintMap, type Spot, spotsOf, spotToward } from "./plot.ts";

/** How far from a numeral a pointer may be, in CSS pixels: as far as a finger needs. */
const REACH = 22;
/** Of the drawing's way. */
const MOST_STEPS = 24;

export function DigitMap() {
  const task = useTask("map");
  useEffect(() => task.run(null), []);
  const map = task.answer.value;
  return (
    <>
      {task.problem.value !== null && <p role="alert">{task.problem.value}</p>}
      {map ? <Explored map={map} /> : <p class="inside-wait">The test digits are loading: 1.6 MB.</p>}
      <p class="inside-lead">
        The CNN’s hidden layer describes each picture in 64 numbers. The map shows the two directions in which these
        differ most, the principal components, for a thousand test digits that the network was not trained on.
      </p>
    </>
  );
}

function Explored({ map }: { map: MapAnswer }) {
  const { labels, images, shares } = map;
  const canvas = useRef<HTMLCanvasElement>(null);
  const chosen = useSignal<number | null>(null);
  const size = useSignal(0);
  const way = useRef<Spot[]>([]);
  const place = useLive("place", () => subject.value && { pixels: subject.value });
  const frame = useMemo(() => frameOf(map.points), [map]);
  const spots = useMemo(() => spotsOf(map, frame), [map]);

  useEffect(() => {
    const sizes = new ResizeObserver(() => {
      size.value++;
    });
    sizes.observe(canvas.current as HTMLCanvasElement);
    return () => sizes.disconnect();
  }, []);
  useSignalEffect(() => {
    const { value } = place;
    const here = value && frame.toSquare(value);
    way.current = here ? [...way.current, here].slice(-MOST_STEPS) : [];
    if (canvas.current && size.value >= 0) {
      paintMap(canvas.current, { labels, spots, chosen: chosen.value, way: way.current });
    }
  });

  const pointAt = ({ clientX, clientY, currentTarget }: PointerEvent): void => {
    const { left, top, width, height } = (currentTarget as Element).getBoundingClientRect();
    const found = nearestSpot(spots, { x: (clientX - left) / width, y: (clientY - top) / height }, REACH / width);
    if (found !== null) chosen.value = found;
  };
  const moveBy = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const middle = nearestSpot(spots, { x: 0.5, y: 0.5 }, 1) ?? 0;
    chosen.value = chosen.value === null ? middle : (spotToward(spots, chosen.value, ...move) ?? chosen.value);
  };
  const pixelsOf = (index: number): Uint8Array => images.subarray(index * PIXELS, (index + 1) * PIXELS);
  const at = chosen.value;
  const nearest = subject.value && place.value ? place.value.nearest : null;
  return (
    <div class="inside-atlas">
      <figure class="inside-plot">
        <div
          class="inside-chart"
          role="slider"
          tabIndex={0}
          aria-label="Map of test digits"
          aria-valuemin={0}
          aria-valuemax={labels.length - 1}
          aria-valuenow={at ?? 0}
          aria-valuetext={at === null ? "None is chosen" : `Test digit ${at}, a ${labels[at]}`}
          onPointerMove={pointAt}
          onPointerDown={pointAt}
          onKeyDown={moveBy}
        >
          <canvas ref={canvas} />
        </div>
        <figcaption>
          <span>→ first component, {percent(shares[0])} of the variance</span>
          <span>↑ second, {percent(shares[1])}</span>
        </figcaption>
      </figure>
      <div class="inside-found">
        <div class="inside-card">
          <DigitPicture pixels={at === null ? null : pixelsOf(at)} label="The test digit pointed at" />
          <div>
            <p>{at === null ? "Point at a numeral to see its digit." : `Test digit ${count(at)}, a ${labels[at]}`}</p>
            <button
              type="button"
              class="button"
              disabled={at === null}
              onClick={() => at !== null && void putOnSheet(pixelsOf(at))}
            >
              Put it on the sheet
            </button>
          </div>
        </div>
        {nearest ? (
          <>
            <h2>Nearest to the drawing</h2>
            <p class="inside-hint">By all 64 numbers; the white dot is the drawing.</p>
            <ol class="inside-gallery">
              {nearest.map(({ index, distance }) => (
                <li key={index}>
                  <button
                    type="button"
                    class="inside-digit"
                    aria-label={`Test digit ${index}, a ${labels[index]}, at distance ${decimal(distance, 1)}`}
                    onClick={() => {
                      chosen.value = index;
                    }}
                  >
                    <DigitPicture pixels={pixelsOf(index)} />
                    <span>{labels[index]}</span>
                  </button>
                </li>
              ))}
            </ol>
          </>
        ) : (
          <NeedsDrawing />
        )}
        <Centres map={map} />
      </div>
    </div>
  );
}

/** The map as a table: where the middle of each digit's cloud is. */
function Centres({ map }: { map: MapAnswer }) {
  return (
    <Fold summary="As a table">
      {() => (
        <table>
          <caption>The centre of each digit’s cloud</caption>
          <thead>
            <tr>
              <th scope="col">Digit</th>
              <th scope="col">How many</th>
              <th scope="col">First</th>
              <th scope="col">Second</th>
            </tr>
          </thead>
          <tbody>
            {centresOf(map).map(({ digit, digits, x, y }) => (
              <tr key={digit}>
                <th scope="row">{digit}</th>
                <td>{digits}</td>
                <td>{decimal(x, 2)}</td>
                <td>{decimal(y, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Fold>
  );
}

function centresOf({ labels, points }: MapAnswer): { digit: number; digits: number; x: number; y: number }[] {
  return Array.from({ length: 10 }, (_, digit) => {
    const own = Array.from(labels, (_, i) => i).filter((i) => labels[i] === digit);
    const mean = (axis: number): number => own.reduce((sum, i) => sum + points[2 * i + axis], 0) / own.length;
    return { digit, digits: own.length, x: mean(0), y: mean(1) };
  });
}
