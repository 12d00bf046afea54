// useBoard: what a section with a sheet listens to beside the pen: keys that undo and clear, pictures that are dropped or pasted;
// and the drawing of the last visit.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clear, restore, undo } from "./board.ts";
import { takePicture } from "./given_picture.ts";
import { storeNow } from "./stroke_store.ts";

/** @returns whether a picture hovers over the page, for `Sheet` */
export function useBoard(): boolean {
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
  return isDropTarget.value;
}

/** @returns what takes the listeners off again */
function listen(listeners: { [Name in keyof WindowEventMap]?: (event: WindowEventMap[Name]) => void }): () => void {
  const abort = new AbortController();
  for (const [name, listener] of Object.entries(listeners))
    addEventListener(name, listener as EventListener, { signal: abort.signal });
  return () => abort.abort();
}

/** Where keys mean something else: in the settings Escape closes, and Delete deletes what is typed. */
const OTHERS = "dialog, textarea, select, input:not([type=radio], [type=checkbox], [type=range])";

function takeKey(event: KeyboardEvent): void {
  if (event.altKey || event.shiftKey || (event.target as Element).closest?.(OTHERS)) return;
  const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
  const isClear = (event.key === "Delete" || event.key === "Escape") && !event.ctrlKey && !event.metaKey;
  if (!isUndo && !isClear) return;
  event.preventDefault();
  if (isUndo) undo();
  else clear();
}
