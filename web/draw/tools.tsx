// Tools: what one does to a drawing beside drawing.

import { useRef } from "preact/hooks";
import { change, settings } from "../app/place.ts";
import { Button } from "../look/button.tsx";
import { Switch } from "../look/switch.tsx";
import { canUndo, clear, isEmpty, undo } from "./board.ts";
import { brushWidth, THICKEST, THINNEST } from "./brush.ts";
import { takePicture } from "./given_picture.ts";
import { hasSeenPen } from "./pen_seen.ts";

export function Tools() {
  const file = useRef<HTMLInputElement>(null);
  return (
    <div class="flex flex-wrap items-center gap-2" role="toolbar" aria-label="Drawing">
      <Button icon="undo" label="Undo" hasWords keys="Control+Z" isDisabled={!canUndo.value} onClick={undo} />
      <Button icon="clear" label="Clear" hasWords keys="Delete" isDisabled={isEmpty.value} onClick={clear} />
      <Button icon="picture" label="Picture" hasWords onClick={() => file.current?.click()} />
      <input
        ref={file}
        type="file"
        accept="image/*"
        class="hidden"
        aria-label="A picture of a digit"
        onChange={({ currentTarget }) => {
          void takePicture(currentTarget.files ?? []);
          currentTarget.value = ""; // the same file may be chosen again
        }}
      />
      <Brush />
      {hasSeenPen.value && (
        <div class="flex basis-full flex-wrap gap-x-6">
          <Switch label="Pressure" isOn={settings.value.pressure} onChange={(pressure) => change({ pressure })} />
          <Switch label="Fingers draw, too" isOn={settings.value.fingers} onChange={(fingers) => change({ fingers })} />
        </div>
      )}
    </div>
  );
}

function Brush() {
  const { brush } = settings.value;
  return (
    <label class="ml-auto flex min-h-11 min-w-28 max-w-56 flex-1 items-center gap-3">
      <span class="max-sm:sr-only">Brush</span>
      <input
        type="range"
        class="brush"
        min={THINNEST}
        max={THICKEST}
        step={1}
        value={brush}
        aria-valuetext={`${brush} of ${THICKEST}`}
        style={{ "--thumb": `${brushWidth(brush, null)}px` }}
        onInput={({ currentTarget }) => change({ brush: Number(currentTarget.value) })}
      />
    </label>
  );
}
