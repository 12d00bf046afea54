// NotedTrouble: what went wrong, until somebody has read it.

import type { Signal } from "@preact/signals";
import { Trouble } from "./trouble.tsx";

/** @param problem null: nothing is shown */
export function NotedTrouble({ problem }: { problem: Signal<string | null> }) {
  if (problem.value === null) return null;
  return (
    <Trouble
      text={problem.value}
      action="All right"
      onAction={() => {
        problem.value = null;
      }}
    />
  );
}
