// How long the web app takes from a stroke to the bars that show it, and how long its tasks are meanwhile, by the page's clock.

import type { Page } from "playwright-core";

export interface StrokeTimes {
  /** From an event of the pointer to the change of the bars that follows, in milliseconds; one for each change. */
  readonly toBars: readonly number[];
  /** Of the tasks of 50 ms and more, in milliseconds. */
  readonly longTasks: readonly number[];
}

interface Watched {
  strokeTimes: { toBars: number[]; longTasks: number[] };
}

/** From here on. */
export async function watchStrokes(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times = { toBars: [] as number[], longTasks: [] as number[] };
    const waiting: number[] = [];
    document.querySelector(".ink")?.addEventListener("pointermove", () => waiting.push(performance.now()), true);
    new MutationObserver(() => {
      const [since] = waiting.splice(0);
      if (since !== undefined) times.toBars.push(performance.now() - since);
    }).observe(document.querySelector(".bars") as Element, {
      subtree: true,
      attributes: true,
      characterData: true,
      childList: true,
    });
    new PerformanceObserver((list) => {
      times.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: "longtask" });
    (window as unknown as Watched).strokeTimes = times;
  });
}

/** Since `watchStrokes`. */
export function strokeTimes(page: Page): Promise<StrokeTimes> {
  return page.evaluate(() => (window as unknown as Watched).strokeTimes);
}
