// IsolationOffer: why there is one thread, and a reload that brings more where one would. Offered before training, since a reload
// in its midst would cost time.

import { useSignal } from "@preact/signals";
import { Trouble } from "../look/trouble.tsx";
import { isolation, reloadIsolated } from "../offline/isolation.ts";
import { isBusy } from "./training.ts";

export function IsolationOffer() {
  const { value } = isolation;
  const problem = useSignal<string | null>(null);
  if (value.kind === "isolated" || isBusy.value) return null;
  if (value.kind === "not") return <p class="train-soft">Training uses one thread here: {value.why}.</p>;
  return (
    <Trouble
      text={problem.value ?? "Training uses one thread for now. After a reload it can use all of them."}
      action="Reload"
      onAction={() =>
        reloadIsolated().catch((error: Error) => {
          problem.value = error.message;
        })
      }
    />
  );
}
