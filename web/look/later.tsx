// Later: what is not needed at first, shown once its chunk is there.

import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";

export type Load = () => Promise<ComponentType>;

/** @param load does not change; where it fails nothing is shown, and the next one that is put here tries again */
export function Later({ load }: { load: Load }) {
  const loaded = useSignal<{ readonly Content: ComponentType } | null>(null);
  useEffect(() => {
    load().then(
      (Content) => {
        loaded.value = { Content };
      },
      () => {},
    );
  }, []);
  return loaded.value && <loaded.value.Content />;
}
