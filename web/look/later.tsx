// Later: what is not needed at first, shown once its chunk is there.

import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Trouble } from "./trouble.tsx";

export type Load = () => Promise<ComponentType>;

/** @param load does not change; where it fails that is said, and it can be tried again */
export function Later({ load }: { load: Load }) {
  const loaded = useSignal<{ readonly Content: ComponentType } | "failed" | null>(null);
  const start = (): void => {
    loaded.value = null;
    load().then(
      (Content) => {
        loaded.value = { Content };
      },
      () => {
        loaded.value = "failed";
      },
    );
  };
  useEffect(start, []);
  if (loaded.value === "failed") {
    return (
      <Trouble text="This part of the page could not be loaded. Are you online?" action="Try again" onAction={start} />
    );
  }
  return loaded.value && <loaded.value.Content />;
}
