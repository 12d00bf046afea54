// Trouble: what went wrong, in words, and what to do about it.

import { Icon } from "./icon.tsx";

export function Trouble({ text, action, onAction }: { text: string; action: string; onAction(): void }) {
  return (
    <div role="alert" class="flex flex-wrap items-center gap-3 rounded-inner border border-line bg-paper p-4">
      <Icon name="warning" class="text-accent" />
      <p class="min-w-0 flex-1 basis-48">{text}</p>
      <button type="button" class="button px-4" onClick={onAction}>
        {action}
      </button>
    </div>
  );
}
