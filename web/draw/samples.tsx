// Samples: a digit of each kind, to try without drawing.

import { drawSample } from "./board.ts";
import { SAMPLES } from "./sample_strokes.ts";
import { StrokePicture } from "./stroke_picture.tsx";

export function Samples() {
  return (
    <ul class="samples" aria-label="Samples">
      <li class="hidden self-center text-sm text-soft @min-[34.5rem]:block" aria-hidden="true">
        Try
      </li>
      {SAMPLES.map((strokes, digit) => (
        <li key={digit.toString()}>
          <button
            type="button"
            class="sample"
            aria-label={`Draw a sample ${digit}`}
            onClick={() => drawSample(strokes)}
          >
            <StrokePicture strokes={strokes} class="size-8" />
          </button>
        </li>
      ))}
    </ul>
  );
}
