// Less memory for what requests leave behind, which is garbage as soon as they are answered. V8 collects it in a young generation
// that grows to 32 MB or more under load and stays so; in 8 MB it does the same a little more often. What outlives two such
// collections is moved to the old generation, which V8 would let grow to several times its size before it collects it.

import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves together: it doubles, so it ends between this and twice as much. */
const ENOUGH_BYTES = 8e6;
/** The old generation is collected when it has grown by so many per cent. */
const OLD_GROWTH = 10;

/** From now on: both may be larger already, and stay so then. */
export function boundHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH}`);
  // V8 takes a limit of the young generation when it starts only; the factor by which it grows, at any time.
  const stopGrowth = (): void => {
    if (youngBytes() < ENOUGH_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  };
  const observer = new PerformanceObserver(stopGrowth);
  observer.observe({ entryTypes: ["gc"] });
}

export function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}
