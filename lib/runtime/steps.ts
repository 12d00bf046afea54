// @internal Long work as a generator of short steps: run at once, or with pauses for the event loop.

import { Breather } from "./breather.ts";

/** All steps, one right after the other. @returns what the generator returns */
export function runSteps<T>(steps: Generator<unknown, T>): T {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

export interface PauseOptions<S> {
  /** Stops between two steps: the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each step with what it yielded. */
  onStep?: (step: S) => void;
}

/** The same, but the event loop runs at least every 50 ms, or after each step, where one takes longer. */
export async function runStepsAsync<S, T>(
  steps: Generator<S, T>,
  { signal, onStep }: PauseOptions<S> = {},
): Promise<T> {
  const breather = new Breather();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const step = steps.next();
      if (step.done) return step.value;
      onStep?.(step.value);
      await breather.pauseIfDue();
    }
  } finally {
    steps.return(undefined as never); // runs its `finally` when it was stopped half-way
  }
}
