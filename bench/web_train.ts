// npm run bench:web: training in the page against `mnist train`, in turns, so that a shared machine slows both; how long the CNN
// takes in the page until it reads 97 of 100 test digits; and what the page's own thread has to do meanwhile.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type Browser, chromium } from "playwright-core";
import { readTrainEvent } from "../models/index.ts";
import { startServer } from "../serve/index.ts";
import { FLAGS, findBrowser } from "../test/support/browser.ts";
import { quantile } from "./figure.ts";
import { parse, readOptions, wholeNumber } from "./options.ts";
import { print } from "./print.ts";

const USAGE = `npm run bench:web -- [options]: training in Chromium against mnist train

  --rounds N   how often each is timed; default 3
  --epochs N   epochs each time, of which the first warms up; default 3`;

const { rounds, epochs } = readOptions("bench:web", USAGE, (args) => {
  const text = (byDefault: string) => ({ type: "string", default: byDefault }) as const;
  const values = parse(args, { rounds: text("3"), epochs: text("3") });
  return { rounds: wholeNumber("rounds", values.rounds), epochs: wholeNumber("epochs", values.epochs) };
});

/** Images a second of every epoch but the first. */
type Rates = number[];

const folder = mkdtempSync(join(tmpdir(), "simdgrad-bench-web-"));
const server = await startServer({ port: 0, logLevel: "silent", outputs: folder });
const browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
try {
  for (const threads of [...new Set([1, availableParallelism()])]) {
    const [page, node]: Rates[] = [[], []];
    for (let round = 0; round < rounds; round++) {
      page.push(...(await inPage(browser, threads)).rates);
      node.push(...inNode(threads));
    }
    const [there, here] = [page, node].map((rates) => quantile(rates, 0.5));
    print(
      `${threads} ${threads === 1 ? "thread" : "threads"}: ${there.toFixed(0)} images/s in the page, ${here.toFixed(0)} by mnist train: ` +
        `${((100 * there) / here).toFixed(1)} % (medians of ${page.length} epochs each)`,
    );
  }
  const { seconds, accuracy, longTasks } = await inPage(browser, availableParallelism());
  print(`${accuracy} of the test digits after ${seconds.toFixed(1)} s, ${epochs} epochs, loading and test included`);
  print(
    `tasks of 50 ms or more in the page's own thread: ${longTasks.length === 0 ? "none" : longTasks.map(Math.round).join(", ")}`,
  );
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
}

async function inPage(
  browser: Browser,
  threads: number,
): Promise<{ rates: Rates; seconds: number; accuracy: string; longTasks: number[] }> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${server.url}/#train?epochs=${epochs}&threads=${threads}`);
    await page.getByRole("heading", { name: "Ready to train" }).waitFor();
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        entryTypes: ["longtask"],
      });
    });
    const started = performance.now();
    await page.getByRole("button", { name: "Start training" }).click();
    const result = page.getByRole("heading", { name: "test digits", level: 2 });
    await result.waitFor({ timeout: 600_000 });
    const seconds = (performance.now() - started) / 1000;
    const accuracy = ((await result.textContent()) ?? "").replace(/ of .*/, "");
    const longTasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
    await page.getByText("As a table").click();
    await page.locator(".train-table").waitFor();
    const cells = await page.locator(".train-table tbody tr td:last-child").allTextContents();
    return { rates: cells.slice(1).map((cell) => Number(cell.replaceAll(",", ""))), seconds, accuracy, longTasks };
  } finally {
    await context.close();
  }
}

function inNode(threads: number): Rates {
  const words = [
    "train",
    "--data",
    "sample",
    "--preset",
    "fast",
    "--epochs",
    String(epochs),
    "--threads",
    String(threads),
  ];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["dist/cli.js", ...words, "--json", "--quiet", "--out", folder],
    { encoding: "utf8" },
  );
  const events = stdout.trim().split("\n").map(readTrainEvent);
  const rates = events.flatMap((event) => (event.event === "epoch" ? [event.samplesPerSecond] : []));
  if (rates.length !== epochs) throw new Error(`mnist train: ${stderr}`);
  return rates.slice(1);
}
