// DigitPicture: a digit as the networks see it.

import { PIXELS, SIDE } from "../side.ts";
import { Raster } from "./raster.tsx";

/** @param pixels 28 × 28 bytes; null: paper */
export function DigitPicture({
  pixels,
  label,
  class: className,
}: {
  pixels: Uint8Array | null;
  label?: string;
  class?: string;
}) {
  return (
    <Raster
      width={SIDE}
      height={SIDE}
      label={label}
      class={className}
      paint={(image) => {
        for (let i = 0; i < PIXELS; i++) image.fill(pixels?.[i] ?? 0, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
      }}
    />
  );
}
