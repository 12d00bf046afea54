// Less memory for what requests leave behind, which is garbage as soon as they are answered. V8 collects it in a young generation
// that grows to 32 MB or more under load and stays so; in 8 MB it does the same a little more often. What outlives two such
// collections is moved to the old generation, which V8 would let grow to several times its size before it collects it.
//
// Where a thousand requests wait at a time, nearly all of them outlive two collections, and collecting takes a quarter of the time:
// meanwhile the old generation gets more room.

import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** The young generation, both halves together: it doubles, so it ends between this and twice as much. */
const ENOUGH_BYTES = 8e6;
/** The old generation is collected when it has grown by so many per cent; the second, where collecting takes more than its share. */
const OLD_GROWTH = 10;
const ROOMY_OLD_GROWTH = 100;
const ENOUGH_SHARE = 0.15;
const WINDOW_MS = 1000;

/** From now on: both may be larger already, and stay so then. */
export function boundHeap(): void {
  let collectedMs = 0;
  let sinceMs = performance.now();
  let isYoungBound = false;
  setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH}`);
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collectedMs += duration;
    const elapsedMs = performance.now() - sinceMs;
    if (elapsedMs >= WINDOW_MS) {
      const isPressed = collectedMs > ENOUGH_SHARE * elapsedMs;
      setFlagsFromString(`--heap-growing-percent=${isPressed ? ROOMY_OLD_GROWTH : OLD_GROWTH}`);
      collectedMs = 0;
      sinceMs += elapsedMs;
    }
    // V8 takes a limit of the young generation when it starts only; the factor by which it grows, at any time.
    if (isYoungBound || youngBytes() < ENOUGH_BYTES) return;
    isYoungBound = true;
    setFlagsFromString("--semi-space-growth-factor=1");
  });
  observer.observe({ entryTypes: ["gc"] });
}

export function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}
