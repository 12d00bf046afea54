// Why: which pixels a digit's score hangs on, by the gradient at the input, one network beside the other.

import { signal } from "@preact/signals";
import { Fold } from "../../look/fold.tsx";
import { NETWORK_NAMES } from "../../read/reader.ts";
import { useLive } from "../asking.ts";
import type { Saliency } from "../compute/saliency.ts";
import { largestSize } from "../layers/scale.ts";
import { Choice, DIGIT_OPTIONS } from "../parts/choice.tsx";
import { paintSigned } from "../parts/colours.ts";
import { Legend } from "../parts/legend.tsx";
import { NeedsDrawing } from "../parts/needs_drawing.tsx";
import { networkName } from "../parts/network_name.ts";
import { decimal } from "../parts/number.ts";
import { Raster } from "../parts/raster.tsx";
import { PIXELS, SIDE } from "../side.ts";
import { subject } from "../subject.ts";

/** Whose score; null: that of the digit which each network reads. */
const digit = signal<number | null>(null);
const OPTIONS = [{ value: null, text: "Winner" }, ...DIGIT_OPTIONS];

export function Why() {
  const answer = useLive("saliency", () => subject.value && { pixels: subject.value, digit: digit.value });
  const pixels = subject.value;
  return (
    <>
      <p class="inside-lead">
        How each pixel moves a digit’s score: the gradient at the input. More ink makes the digit more likely where it
        is orange, and less likely where it is blue.
      </p>
      <Choice
        label="Whose score"
        name="why"
        options={OPTIONS}
        value={digit.value}
        onChange={(value) => {
          digit.value = value;
        }}
      />
      {pixels === null && <NeedsDrawing />}
      <div class="inside-pair">
        {[...NETWORK_NAMES].reverse().map((name) => {
          const saliency = pixels && answer.value?.[name];
          return (
            <figure key={name} class="inside-figure">
              <figcaption>
                <b>{networkName(name)}</b> {saliency ? `What speaks for ${saliency.digit}` : "\u00a0"}
              </figcaption>
              <Raster
                width={SIDE}
                height={SIDE}
                label={`Saliency of the ${networkName(name)}`}
                paint={(image) => paintOver(image, pixels, saliency || null)}
              />
              {saliency && <Strongest saliency={saliency} />}
            </figure>
          );
        })}
      </div>
      <Legend kind="signed" low="against the digit" high="for the digit" />
      <p class="inside-hint">
        Each network has its own scale. The linear model’s gradient is its weights, whatever is drawn; the CNN’s changes
        with every stroke.
      </p>
    </>
  );
}

/** The digit in gray, and over it the gradient, the more opaque the larger it is. */
function paintOver(image: Uint8ClampedArray, pixels: Uint8Array | null, saliency: Saliency | null): void {
  const most = saliency ? largestSize(saliency.gradient) : 1;
  const pixel = new Uint8ClampedArray(4);
  for (let i = 0; i < PIXELS; i++) {
    const ink = 0.75 * (pixels?.[i] ?? 0);
    const value = (saliency?.gradient[i] ?? 0) / most;
    paintSigned(pixel, 0, 0.72 * Math.sign(value));
    const opacity = Math.abs(value) ** 0.7;
    for (let c = 0; c < 3; c++) image[4 * i + c] = opacity * pixel[c] + (1 - opacity) * ink;
    image[4 * i + 3] = 255;
  }
}

/** What the picture shows most strongly, as a table. */
function Strongest({ saliency: { gradient } }: { saliency: Saliency }) {
  return (
    <Fold summary="As a table">
      {() => (
        <table>
          <caption>The ten pixels that matter most</caption>
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Column</th>
              <th scope="col">Score per full ink</th>
            </tr>
          </thead>
          <tbody>
            {strongest(gradient).map((i) => (
              <tr key={i}>
                <td>{Math.floor(i / SIDE) + 1}</td>
                <td>{(i % SIDE) + 1}</td>
                <td>{decimal(gradient[i], 3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Fold>
  );
}

function strongest(gradient: Float32Array): number[] {
  const order = Array.from(gradient, (_, i) => i).sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
  return order.slice(0, 10);
}
