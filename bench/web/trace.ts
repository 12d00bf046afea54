// npm run trace:web: how soon the web app reads, and whether it keeps pace with the pen, in Chromium with the real server:
// the first prediction after a load with nothing cached, when the page is interactive on a processor a quarter as fast, the
// time from a stroke to its bars, and the longest task while somebody draws, gives a picture or trains, by the browser's own trace.

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { drawByMouse } from "../../test/support/draw_strokes.ts";
import { drawnDigit } from "../../test/support/drawn_digits.ts";
import { shippedAccuracy } from "../../test/support/shipped_model.ts";
import { strokeTimes, watchStrokes } from "../../test/support/stroke_times.ts";
import { WebApp } from "../../test/support/web_app.ts";
import { quantile } from "../figure.ts";
import { parse, readOptions, wholeNumber } from "../options.ts";
import { print } from "../print.ts";
import { mainTasks, type Task } from "./main_tasks.ts";

const WANTED = { firstMs: 500, interactiveMs: 1000, strokeMs: 16, taskMs: 50 };
const SLOWDOWN = 4;
/** After that nothing happens any more. */
const LOADED_MS = 4000;
const DRAWN = { x: 98, y: 98, side: 130 };
const TRACING = { categories: ["toplevel", "disabled-by-default-devtools.timeline", "__metadata"] };
const CAMERA = [4000, 3000] as const;
/** More epochs than are waited for. */
const TRAINING = "#train?model=cnn&epochs=100";
/** How long the training is looked at, and how many digits are drawn meanwhile, in turns. */
const WATCHED = { rounds: 3, ms: 4000, digits: 4 };
const USAGE = `npm run trace:web -- [options]: loading, drawing and training in the web app

  --runs N    loads, each in a profile of its own; default 5
  --digits N  drawn while the browser traces; default 20`;

const options = readOptions("trace:web", USAGE, (args) => {
  const values = parse(args, { runs: { type: "string", default: "5" }, digits: { type: "string", default: "20" } });
  return { runs: wholeNumber("runs", values.runs), digits: wholeNumber("digits", values.digits) };
});

interface Load {
  firstMs: number;
  paintMs: number;
  interactiveMs: number;
}

const app = await WebApp.start();
try {
  const first = await inTurn(options.runs, () => load({ isPressing: true }));
  const loads = await inTurn(options.runs, () => load({}));
  const slow = await inTurn(options.runs, () => load({ slowdown: SLOWDOWN }));
  const isFine = [
    report("first prediction after load, nothing cached", median(first, "firstMs"), WANTED.firstMs),
    report("first contentful paint", median(loads, "paintMs")),
    report("interactive", median(loads, "interactiveMs")),
    report(`interactive, processor slowed ${SLOWDOWN}×`, median(slow, "interactiveMs"), WANTED.interactiveMs),
    ...(await draw()),
    await give(),
    ...(await train()),
  ];
  if (isFine.includes(false)) process.exitCode = 1;
} finally {
  await app.close();
}

/** One line; @returns whether it is within what is asked for */
function report(what: string, ms: number, wanted = Number.POSITIVE_INFINITY): boolean {
  const limit = Number.isFinite(wanted) ? ` (wanted: at most ${wanted})` : "";
  print(`${ms.toFixed(ms < 100 ? 1 : 0).padStart(6)} ms  ${what}${limit}${ms > wanted ? ": MORE" : ""}`);
  return ms <= wanted;
}

function median(loads: readonly Load[], name: keyof Load): number {
  return quantile(
    loads.map((each) => each[name]),
    0.5,
  );
}

async function inTurn<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < times; i++) results.push(await work());
  return results;
}

/**
 * Loads the page into an empty profile.
 *
 * @param options.isPressing has a digit drawn as soon as there is a button for it: the prediction then waits for nothing but the page
 * @param options.slowdown   of the processor, for the page's main thread
 * @returns interactive is, as Lighthouse has it, the end of the last task of 50 ms and more, or the first paint where there is none
 */
async function load({ isPressing = false, slowdown = 1 }): Promise<Load> {
  const context = await app.browser.newContext({ viewport: { width: 412, height: 823 }, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    const client = await context.newCDPSession(page);
    await client.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
    await page.addInitScript((isPressing) => {
      const seen = { firstMs: Number.NaN, longEndMs: 0 };
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) seen.longEndMs = startTime + duration;
      }).observe({ type: "longtask", buffered: true });
      Object.assign(window, { seen });
      let button: HTMLElement | null = null;
      const watching = new MutationObserver(() => {
        if (!button) {
          button = document.querySelector<HTMLElement>('[aria-label="Draw a sample 3"]');
          button?.click();
        }
        if (document.querySelector(".digit")?.textContent !== "3") return;
        seen.firstMs = performance.now();
        watching.disconnect();
      });
      if (isPressing) watching.observe(document, { subtree: true, childList: true, characterData: true });
    }, isPressing);
    await page.goto(app.server.url);
    // Not by Playwright, whose looking takes time in the page.
    await sleep(LOADED_MS);
    return await page.evaluate(() => {
      const { firstMs, longEndMs } = (window as unknown as { seen: { firstMs: number; longEndMs: number } }).seen;
      const paintMs = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN;
      return { firstMs, paintMs, interactiveMs: Math.max(paintMs, longEndMs) };
    });
  } finally {
    await context.close();
  }
}

/** A page of its own, once both networks read. */
async function withReadyPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const context = await app.browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(app.server.url);
    await page.getByText(`${shippedAccuracy("cnn")} of MNIST`).waitFor();
    return await use(page);
  } finally {
    await context.close();
  }
}

function draw(): Promise<boolean[]> {
  return withReadyPage(async (page) => {
    await drawAll(page, 2);
    await watchStrokes(page);
    await app.browser.startTracing(page, TRACING);
    await drawAll(page, options.digits);
    const tasks = mainTasks(await app.browser.stopTracing());
    const { toBars } = await strokeTimes(page);
    return [
      report(`from a stroke to its bars, median of ${toBars.length}`, quantile([...toBars], 0.5), WANTED.strokeMs),
      report("from a stroke to its bars, 95th percentile", quantile([...toBars], 0.95)),
      report(
        `longest task of the page's main thread while ${options.digits} digits are drawn`,
        longest(tasks),
        WANTED.taskMs,
      ),
    ];
  });
}

/** A camera's picture, of 12 megapixels. */
function give(): Promise<boolean> {
  return withReadyPage(async (page) => {
    const bytes = await page.evaluate(async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.fillStyle = "#d8d4c8";
      context.fillRect(0, 0, width, height);
      context.fillStyle = "#22242c";
      context.font = `${0.6 * height}px sans-serif`;
      context.fillText("4", 0.4 * width, 0.7 * height);
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    }, CAMERA);
    await sleep(LOADED_MS);
    await app.browser.startTracing(page, TRACING);
    const file = { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from(bytes) };
    await page.getByLabel("A picture of a digit").setInputFiles(file);
    await page.locator(".digit").getByText("4", { exact: true }).waitFor();
    const tasks = mainTasks(await app.browser.stopTracing());
    return report(
      "longest task of the page's main thread while a picture of 12 megapixels is given",
      longest(tasks),
      WANTED.taskMs,
    );
  });
}

/** The CNN on the sample, its curves, filters and confusion matrix looked at in turn with drawing, and its end. */
function train(): Promise<boolean[]> {
  return withReadyPage(async (page) => {
    await drawAll(page, 1);
    await app.browser.startTracing(page, TRACING);
    await page.goto(`${app.server.url}/${TRAINING}`);
    await page.getByRole("button", { name: "Start training" }).click();
    await page.locator(".train-chart > svg").waitFor();
    for (let round = 0; round < WATCHED.rounds; round++) {
      await sleep(WATCHED.ms);
      await page.getByRole("link", { name: "Draw", exact: true }).click();
      await drawAll(page, WATCHED.digits);
      await page.getByRole("link", { name: "Train", exact: true }).click();
    }
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator(".train-hash").waitFor();
    const tasks = mainTasks(await app.browser.stopTracing());
    const busy = tasks.map(({ ms }) => ms).filter((ms) => ms >= 1);
    return [
      report("longest task of the page's main thread while it trains", longest(tasks), WANTED.taskMs),
      report(
        "the same, of the processor's time",
        tasks.reduce((most, { cpuMs }) => Math.max(most, cpuMs), 0),
      ),
      report(`the same, 95th percentile of the ${busy.length} tasks of 1 ms and more`, quantile(busy, 0.95)),
    ];
  });
}

async function drawAll(page: Page, digits: number): Promise<void> {
  for (let i = 0; i < digits; i++) {
    await page.keyboard.press("Delete");
    await drawByMouse(page, drawnDigit(i % 10, i, DRAWN));
  }
}

function longest(tasks: readonly Task[]): number {
  return tasks.reduce((most, { ms }) => Math.max(most, ms), 0);
}
