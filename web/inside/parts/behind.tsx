// Behind: the table behind a picture, made when it is opened.

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export function Behind({ children }: { children: () => ComponentChildren }) {
  const isOpen = useSignal(false);
  return (
    <details
      class="inside-behind"
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>As a table</summary>
      {isOpen.value && children()}
    </details>
  );
}
