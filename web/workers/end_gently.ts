// endGently: ends a worker with threads. From outside its threads would be left behind, waiting for work, with the memory that
// they share: it is asked to end them, and then itself.

/** It may have something to finish; one that has ended by an error, or never started, does not answer. */
const PATIENCE_MS = 60_000;

/** For a worker that takes `{ kind: "end" }`, and answers by `endWithThreads()`. */
export function endGently(worker: Worker): void {
  const timer = setTimeout(() => worker.terminate(), PATIENCE_MS);
  worker.addEventListener("message", ({ data }: MessageEvent<{ readonly kind: string }>) => {
    if (data.kind === "ended") clearTimeout(timer);
  });
  worker.postMessage({ kind: "end" });
}
