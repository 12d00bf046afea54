// LiveNetwork: the network as it is right now: its answer to the drawing, what its first layer looks for, and what it confuses.

import { useEffect, useRef } from "preact/hooks";
import type { ConfusionMatrix } from "../../lib/index.ts";
import { linkTo } from "../app/place.ts";
import { ConfusionTable } from "../look/confusion_table.tsx";
import { Fold } from "../look/fold.tsx";
import { PIXELS_SIDE, paintPixels } from "../look/paint_pixels.ts";
import { reading } from "../read/reader.ts";
import { formatCount } from "./format.ts";
import type { Filters, LiveView } from "./messages.ts";
import { live, outcome } from "./training.ts";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Between two filters, in pixels of their picture. */
const GAP = 4;
/** Red, green and blue, the same on light and on dark glass. */
const FOR = [240, 130, 30] as const;
const AGAINST = [30, 120, 200] as const;

export function LiveNetwork() {
  const now = live.value;
  const confusion = outcome.value?.confusion ?? now?.confusion ?? null;
  return (
    <section class="glass train-panel train-live" aria-label="The network right now">
      <Drawn answer={now?.answer ?? null} />
      {now && <FirstLayer filters={now.filters} />}
      {confusion && <Confusion confusion={confusion} isTest={outcome.value !== null} />}
    </section>
  );
}

function Drawn({ answer }: Pick<LiveView, "answer">) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pixels = reading.value?.pixels ?? null;
  useEffect(() => {
    if (pixels) paintPixels(canvas.current, pixels);
  }, [pixels]);
  const best = answer ? answer.indexOf(Math.max(...answer)) : null;
  return (
    <div class="train-drawn">
      <h2>Your drawing</h2>
      {pixels === null ? (
        <p class="train-soft">
          <a class="link" href={linkTo("draw")}>
            Draw a digit
          </a>{" "}
          to see what the network makes of it while it learns.
        </p>
      ) : (
        <div class="train-answer">
          <canvas
            ref={canvas}
            width={PIXELS_SIDE}
            height={PIXELS_SIDE}
            role="img"
            aria-label="Your drawing as 28 by 28 pixels"
          />
          <p class="train-digit">{best ?? "?"}</p>
          <ol class="train-bars" aria-label="How likely each digit is, in percent">
            {DIGITS.map((digit) => (
              <li key={digit} class={digit === best ? "is-best" : ""}>
                <span class="train-bar" aria-hidden="true">
                  <i style={{ "--part": (answer?.[digit] ?? 0).toFixed(4) }} />
                </span>
                <b>{digit}</b>
                <span class="sr-only">{answer ? Math.round(100 * answer[digit]) : 0} %</span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </div>
  );
}

function FirstLayer({ filters }: { filters: Filters }) {
  const { side, count, weights } = filters;
  const canvas = useRef<HTMLCanvasElement>(null);
  const most = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9);
  useEffect(() => paintFilters(canvas.current, filters, most), [filters]);
  const size = side * side;
  const each = Array.from({ length: count }, (_, i) => weights.subarray(i * size, (i + 1) * size));
  return (
    <div class="train-filters">
      <h2>
        {count} {side > 3 ? "pictures of weights, one per digit" : `filters of the first layer, ${side} × ${side}`}
      </h2>
      <canvas
        ref={canvas}
        class="train-grid"
        role="img"
        aria-label={`${count} squares of weights, orange where ink counts for them, blue where it counts against`}
      />
      <p class="train-legend">
        Up to ±{most.toFixed(2)}:{" "}
        <span class="train-key">
          <i class="train-minus" /> ink counts against
        </span>{" "}
        <span class="train-key">
          <i class="train-plus" /> ink counts for
        </span>
      </p>
      {side <= 3 && (
        <Fold summary="As numbers">
          {() => (
            <div class="train-scroll">
              <table class="train-table">
                <tbody>
                  {each.map((filter, i) => (
                    <tr key={i}>
                      <th scope="row">{i + 1}</th>
                      {Array.from(filter, (weight, at) => (
                        <td key={at}>{weight.toFixed(3)}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Fold>
      )}
    </div>
  );
}

/** All of them in one picture, since each canvas is painted by itself: squares side by side, with room between. */
function paintFilters(canvas: HTMLCanvasElement | null, { side, count, weights }: Filters, most: number): void {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const { scale, across } = side > 3 ? { scale: 2, across: 5 } : { scale: 8, across: 8 };
  const pitch = side * scale + GAP;
  canvas.width = across * pitch - GAP;
  canvas.height = Math.ceil(count / across) * pitch - GAP;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let filter = 0; filter < count; filter++) {
    const [left, top] = [(filter % across) * pitch, Math.floor(filter / across) * pitch];
    for (let y = 0; y < side * scale; y++) {
      for (let x = 0; x < side * scale; x++) {
        const weight = weights[(filter * side + Math.floor(y / scale)) * side + Math.floor(x / scale)];
        const colour = [...(weight > 0 ? FOR : AGAINST), Math.round((255 * Math.abs(weight)) / most)];
        image.data.set(colour, 4 * ((top + y) * canvas.width + left + x));
      }
    }
  }
  context.putImageData(image, 0, 0);
}

function Confusion({ confusion, isTest }: { confusion: ConfusionMatrix; isTest: boolean }) {
  const images = confusion.flat().reduce((sum, count) => sum + count, 0);
  return (
    <div class="train-confusion">
      <h2>
        What is read as what: {formatCount(images)} {isTest ? "test" : "validation"} digits
      </h2>
      <ConfusionTable confusion={confusion} />
    </div>
  );
}
