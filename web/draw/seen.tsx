// Seen: the 28 × 28 pixels that the networks are given.

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { PIXELS_SIDE, paintPixels } from "../look/paint_pixels.ts";
import { reading } from "../read/reader.ts";

export function Seen() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => paintPixels(canvas.current, reading.value?.pixels));
  return (
    <figure class="seen">
      <canvas
        ref={canvas}
        width={PIXELS_SIDE}
        height={PIXELS_SIDE}
        role="img"
        aria-label="The drawing as 28 by 28 pixels"
      />
      <figcaption>
        <span class="max-sm:sr-only">What they see: </span>28 × 28
      </figcaption>
    </figure>
  );
}
