// Button: an icon, with its words beside it where there is room, and always for those who do not see.

import { Icon, type IconName } from "./icon.tsx";

export interface ButtonProps {
  icon: IconName;
  label: string;
  /** Whether the words are shown on wide screens; default false. */
  hasWords?: boolean;
  isDisabled?: boolean;
  /** As in aria-keyshortcuts. */
  keys?: string;
  onClick(): void;
}

export function Button({ icon, label, hasWords = false, isDisabled = false, keys, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class="button"
      title={label}
      aria-label={label}
      aria-keyshortcuts={keys}
      disabled={isDisabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {hasWords && <span class="max-sm:hidden">{label}</span>}
    </button>
  );
}
