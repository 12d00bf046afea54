// Draw: one draws a digit, and the networks read it.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Trouble } from "../look/trouble.tsx";
import { failure, startReader } from "../read/reader.ts";
import { Bars } from "./bars.tsx";
import { clear, isEmpty, restore, undo } from "./board.ts";
import { Contest } from "./contest.tsx";
import { pictureProblem, takePicture } from "./given_picture.ts";
import { Samples } from "./samples.tsx";
import { Seen } from "./seen.tsx";
import { Sheet } from "./sheet.tsx";
import { storeNow } from "./stroke_store.ts";
import { Tools } from "./tools.tsx";
import { Verdict } from "./verdict.tsx";
import "./draw.css";

export function Draw() {
  const isDropTarget = useSignal(false);
  useEffect(() => {
    void restore();
    return listen({
      keydown: takeKey,
      paste: ({ clipboardData }) => void takePicture(clipboardData?.files ?? []),
      dragover: (event) => {
        event.preventDefault();
        isDropTarget.value = true;
      },
      dragleave: ({ relatedTarget }) => {
        if (relatedTarget === null) isDropTarget.value = false;
      },
      drop: (event) => {
        event.preventDefault();
        isDropTarget.value = false;
        void takePicture(event.dataTransfer?.files ?? []);
      },
      pagehide: storeNow,
    });
  }, []);
  return (
    <div class={`draw ${isEmpty.value ? "is-empty" : ""}`}>
      <section class="glass paper-panel @container" aria-label="Drawing">
        <Sheet isDropTarget={isDropTarget.value} />
        <Tools />
        <Samples />
        {pictureProblem.value !== null && (
          <Trouble
            text={pictureProblem.value}
            action="All right"
            onAction={() => {
              pictureProblem.value = null;
            }}
          />
        )}
      </section>
      <section class="glass answer-panel" aria-label="Answer">
        {failure.value !== null && (
          <Trouble text={failure.value} action="Try again" onAction={() => void startReader()} />
        )}
        <div class="flex gap-4">
          <Verdict />
          <Seen />
        </div>
        <Bars />
        <Contest />
      </section>
    </div>
  );
}

/** @returns what takes the listeners off again */
function listen(listeners: { [Name in keyof WindowEventMap]?: (event: WindowEventMap[Name]) => void }): () => void {
  const abort = new AbortController();
  for (const [name, listener] of Object.entries(listeners))
    addEventListener(name, listener as EventListener, { signal: abort.signal });
  return () => abort.abort();
}

function takeKey(event: KeyboardEvent): void {
  if (event.altKey || event.shiftKey) return;
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  const isClear = (event.key === "Delete" || event.key === "Escape") && !event.ctrlKey && !event.metaKey;
  if (!isUndo && !isClear) return;
  event.preventDefault();
  if (isUndo) undo();
  else clear();
}
