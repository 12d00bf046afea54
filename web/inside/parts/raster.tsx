// Raster: a small picture, its pixels as squares.

import { useLayoutEffect, useRef } from "preact/hooks";

export interface RasterProps {
  width: number;
  height: number;
  /** What it shows; none where it is decoration, or the control around it says so. */
  label?: string;
  class?: string;
  /** Writes width × height pixels of red, green, blue and opacity; called whenever what it is made of changes. */
  paint(image: Uint8ClampedArray): void;
}

export function Raster({ width, height, label, class: className = "", paint }: RasterProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    paint(image.data);
    context.putImageData(image, 0, 0);
  });
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      class={`inside-raster ${className}`}
      role={label === undefined ? undefined : "img"}
      aria-label={label}
      aria-hidden={label === undefined ? "true" : undefined}
    />
  );
}
