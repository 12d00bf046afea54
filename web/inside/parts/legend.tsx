// Legend: what a map's colours mean.

import { paintAmount, paintSigned } from "./colours.ts";
import { Raster } from "./raster.tsx";

const WIDTH = 128;

/** @param low  said at the left end, @param high at the right one */
export function Legend({ kind, low, high }: { kind: "amount" | "signed"; low: string; high: string }) {
  return (
    <p class="inside-legend">
      <span>{low}</span>
      <Raster
        width={WIDTH}
        height={1}
        class="inside-scale"
        paint={(image) => {
          for (let i = 0; i < WIDTH; i++) {
            const part = i / (WIDTH - 1);
            if (kind === "amount") paintAmount(image, i, part);
            else paintSigned(image, i, 2 * part - 1);
          }
        }}
      />
      <span>{high}</span>
    </p>
  );
}
