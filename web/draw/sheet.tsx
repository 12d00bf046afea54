// Sheet: the square that one draws on.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { paint } from "../../models/export/page/easel.ts";
import { type Pen, takePen } from "../../models/export/page/pen.ts";
import { settings } from "../app/place.ts";
import { theme } from "../app/theme.ts";
import { Icon } from "../look/icon.tsx";
import { Later, type Load } from "../look/later.tsx";
import { changed, drawing, isEmpty, picture, revision } from "./board.ts";
import { brushWidth } from "./brush.ts";
import { leadingDigits } from "./leading.ts";
import { sawPen } from "./pen_seen.ts";
import { SAMPLES } from "./sample_strokes.ts";
import { StrokePicture } from "./stroke_picture.tsx";

/** What the empty sheet shows faintly. */
const GHOST = SAMPLES[3];

const boxes: Load = async () => (await import("./several.tsx")).Boxes;

export function Sheet({ isDropTarget }: { isDropTarget: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef<Pen | null>(null);
  /** Counts what makes the drawing look otherwise though it is the same: size, theme. */
  const looks = useSignal(0);

  useEffect(() => {
    const square = canvas.current as HTMLCanvasElement;
    pen.current = takePen(square, drawing, changed, {
      widthAt: (pressure) => brushWidth(settings.value.brush, settings.value.pressure ? pressure : null),
      takesTouch: () => settings.value.fingers,
      sawPen,
    });
    const look = (): void => {
      looks.value++;
    };
    const sizes = new ResizeObserver(look);
    sizes.observe(square);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", look);
    return () => {
      sizes.disconnect();
      scheme.removeEventListener("change", look);
    };
  }, []);

  useSignalEffect(() => {
    const shown = [revision.value, theme.value, looks.value];
    // Once a frame at most, however many changes there are.
    const frame = requestAnimationFrame(() => {
      if (canvas.current && shown)
        paint(canvas.current, drawing.strokes, pen.current?.cursor ?? null, drawing.isDrawing);
    });
    return () => cancelAnimationFrame(frame);
  });

  return (
    <div class={`sheet ${isDropTarget ? "sheet-target" : ""}`}>
      {isEmpty.value && (
        <div class="ghost" aria-hidden="true">
          <StrokePicture strokes={GHOST} class="ghost-digit" />
          <p>Draw a digit here</p>
        </div>
      )}
      {picture.value && <Picture bitmap={picture.value} />}
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: what takes its keys itself is an application */}
      <canvas
        ref={canvas}
        class="ink"
        tabIndex={0}
        onPointerOver={({ pointerType }) => {
          // It hovers: one may choose before the first stroke.
          if (pointerType === "pen") sawPen();
        }}
        role="application"
        aria-label="Square to draw a digit in"
        aria-describedby="keys"
      />
      {leadingDigits.value && <Later load={boxes} />}
      {isDropTarget && (
        <p class="drop-hint">
          <Icon name="picture" class="size-8" />
          Drop a picture to read it
        </p>
      )}
      <p id="keys" class="sr-only">
        Arrow keys move the pen; the space bar lowers and lifts it. Control+Z undoes, Delete clears.
      </p>
    </div>
  );
}

/** The picture, as large as it fits. */
function Picture({ bitmap }: { bitmap: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height } = bitmap;
    const target = canvas.current as HTMLCanvasElement;
    target.width = width;
    target.height = height;
    target.getContext("2d")?.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  return <canvas ref={canvas} class="given" role="img" aria-label="The picture being read" />;
}
