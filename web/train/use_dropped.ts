// useDropped: what is dropped on the page, while a part of it is shown that can take it.

import { useEffect } from "preact/hooks";

/** Whatever is dropped does not take the page's place, and a run with it. */
export function useDropped(take: (dropped: DataTransfer) => void): void {
  useEffect(() => {
    const abort = new AbortController();
    addEventListener("dragover", (event) => event.preventDefault(), { signal: abort.signal });
    addEventListener(
      "drop",
      (event) => {
        event.preventDefault();
        if (event.dataTransfer) take(event.dataTransfer);
      },
      { signal: abort.signal },
    );
    return () => abort.abort();
  }, []);
}
