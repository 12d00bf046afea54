// Fold: what is folded away, and made when it is opened: a page with less on it is there sooner.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import "./fold.css";

export interface FoldProps {
  summary: string;
  children(): ComponentChildren;
}

export function Fold({ summary, children }: FoldProps) {
  const isOpen = useSignal(false);
  return (
    <details
      class="fold"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>{summary}</summary>
      {isOpen.value && children()}
    </details>
  );
}
