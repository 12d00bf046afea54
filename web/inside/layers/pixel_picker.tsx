// PixelPicker: one feature map, large, of which a pixel is chosen by pointer or keys.

import type { FeatureMaps } from "../compute/feature_maps.ts";
import { paintAmount } from "../parts/colours.ts";
import { decimal } from "../parts/number.ts";
import { Raster } from "../parts/raster.tsx";
import { rangeOf } from "./scale.ts";

export interface PixelPickerProps {
  maps: FeatureMaps;
  map: number;
  row: number;
  column: number;
  label: string;
  onChoose(row: number, column: number): void;
}

export function PixelPicker({ maps: stage, map, row, column, label, onChoose }: PixelPickerProps) {
  const { height, width, maps, values } = stage;
  const valueAt = (y: number, x: number): number => values[(y * width + x) * maps + map];
  const chooseAt = (event: PointerEvent): void => {
    const { left, top, width: wide, height: high } = (event.currentTarget as Element).getBoundingClientRect();
    const x = within(Math.floor(((event.clientX - left) / wide) * width), width);
    const y = within(Math.floor(((event.clientY - top) / high) * height), height);
    if (x !== column || y !== row) onChoose(y, x);
  };
  const chooseBy = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    onChoose(within(row + move[0], height), within(column + move[1], width));
  };
  return (
    <div
      class="inside-picker"
      style={{ "--columns": width, "--rows": height }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={height * width - 1}
      aria-valuenow={row * width + column}
      aria-valuetext={`Row ${row + 1}, column ${column + 1}: ${decimal(valueAt(row, column), 2)}`}
      onPointerDown={chooseAt}
      onPointerMove={chooseAt}
      onKeyDown={chooseBy}
    >
      <Raster
        width={width}
        height={height}
        paint={(image) => {
          const { low, high } = rangeOf(stage);
          for (let i = 0; i < height * width; i++) {
            paintAmount(image, i, (values[i * maps + map] - low) / (high - low));
          }
        }}
      />
      <i class="inside-mark" style={{ "--column": column, "--row": row }} />
    </div>
  );
}

function within(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}
