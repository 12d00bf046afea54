// CopyButton: takes a text to the clipboard, and says that it did.

import { useSignal } from "@preact/signals";

/** How long it says so. */
const SHOWN_MS = 2000;

export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const state = useSignal<"copied" | "refused" | null>(null);
  const copy = async (): Promise<void> => {
    state.value = await navigator.clipboard.writeText(text).then(
      () => "copied" as const,
      () => "refused" as const,
    );
    setTimeout(() => {
      state.value = null;
    }, SHOWN_MS);
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      <span aria-live="polite">
        {state.value === "copied" ? "Copied" : state.value === "refused" ? "Not allowed" : label}
      </span>
    </button>
  );
}
