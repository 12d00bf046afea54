// MapGrid: all feature maps of a stage side by side, of which one is chosen by pointer or keys.

import type { FeatureMaps } from "../compute/feature_maps.ts";
import { paintAmount } from "../parts/colours.ts";
import { Raster } from "../parts/raster.tsx";
import { rangeOf } from "./scale.ts";

export interface MapGridProps {
  maps: FeatureMaps;
  columns: number;
  label: string;
  /** Null: it is a map of another stage. */
  chosen: number | null;
  /** What is said of a map: "Map 3". */
  nameOf(map: number): string;
  onChoose(map: number): void;
}

export function MapGrid({ maps, columns, label, chosen, nameOf, onChoose }: MapGridProps) {
  const rows = Math.ceil(maps.maps / columns);
  const gap = gapOf(maps);
  const [width, height] = [columns * (maps.width + gap) - gap, rows * (maps.height + gap) - gap];
  const chooseAt = ({ clientX, clientY, currentTarget }: MouseEvent): void => {
    const { left, top, width, height } = (currentTarget as Element).getBoundingClientRect();
    const column = Math.min(columns - 1, Math.max(0, Math.floor(((clientX - left) / width) * columns)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor(((clientY - top) / height) * rows)));
    if (row * columns + column < maps.maps) onChoose(row * columns + column);
  };
  const chooseBy = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const ends: Record<string, number> = { Home: 0, End: maps.maps - 1 };
    const next = event.key in ends ? ends[event.key] : event.key in moves ? (chosen ?? 0) + moves[event.key] : -1;
    if (next < 0 || next >= maps.maps) return;
    event.preventDefault();
    onChoose(next);
  };
  const now = chosen ?? 0;
  return (
    <div
      class={`inside-grid ${gap === 0 ? "inside-flat" : ""}`}
      style={{ "--ratio": (width / height).toFixed(4), "--columns": columns, "--rows": rows }}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={maps.maps - 1}
      aria-valuenow={now}
      aria-valuetext={nameOf(now)}
      onClick={chooseAt}
      onKeyDown={chooseBy}
    >
      <Raster width={width} height={height} paint={(image) => paintAll(image, maps, columns, width)} />
      {chosen !== null && (
        <i class="inside-mark" style={{ "--column": chosen % columns, "--row": Math.floor(chosen / columns) }} />
      )}
    </div>
  );
}

/** A line of background between maps; between single numbers there is none. */
function gapOf({ width }: FeatureMaps): number {
  return width > 1 ? 1 : 0;
}

function paintAll(image: Uint8ClampedArray, stage: FeatureMaps, columns: number, imageWidth: number): void {
  const { height, width, maps, values } = stage;
  const gap = gapOf(stage);
  const { low, high } = rangeOf(stage);
  for (let map = 0; map < maps; map++) {
    const [left, top] = [(map % columns) * (width + gap), Math.floor(map / columns) * (height + gap)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = values[(y * width + x) * maps + map];
        paintAmount(image, (top + y) * imageWidth + left + x, (value - low) / (high - low));
      }
    }
  }
}
