// Seen: the 28 × 28 pixels that the networks are given.

import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { reading } from "../read/reader.ts";

const SIDE = 28;

export function Seen() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(SIDE, SIDE);
    const pixels = reading.value?.pixels;
    for (let i = 0; i < SIDE * SIDE; i++)
      image.data.fill(pixels?.[i] ?? 0, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
    context.putImageData(image, 0, 0);
  });
  return (
    <figure class="seen">
      <canvas ref={canvas} width={SIDE} height={SIDE} role="img" aria-label="The drawing as 28 by 28 pixels" />
      <figcaption>
        <span class="max-sm:sr-only">What they see: </span>28 × 28
      </figcaption>
    </figure>
  );
}
