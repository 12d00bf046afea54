// The web app in Chromium, served by the real server: opened in a profile of its own, drawn on by mouse.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, type ServeOptions, startServer } from "../../serve/index.ts";
import { FLAGS, findBrowser } from "./browser.ts";
import { complaintsOf } from "./complaints.ts";
import { untilReads } from "./until.ts";

export { drawByFinger, drawByMouse, placeOn } from "./draw_strokes.ts";

/** What takes five seconds may take a minute on a machine that is slow, and busy with others. */
const PATIENCE_MS = 90_000;

export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 3,
  hasTouch: true,
  isMobile: true,
};

export interface VisitOptions extends BrowserContextOptions {
  /** Path and fragment; default "/". */
  at?: string;
  /** What the console may complain of, beside nothing. */
  forgives?: RegExp;
  /** Waits until the page can be worked with; default: until both networks read in Draw */
  ready?(page: Page): Promise<void>;
}

export class WebApp {
  server!: RunningServer;
  browser!: Browser;
  /** For whatever files; removed at the end. */
  folder!: string;

  private constructor() {}

  static async start(options: ServeOptions = {}): Promise<WebApp> {
    const app = new WebApp();
    await app.open(options);
    return app;
  }

  /** One for a suite: it is there while the suite's tests run. */
  static for(test: Test): WebApp {
    const app = new WebApp();
    test.before(() => app.open());
    test.after(() => app.close());
    return app;
  }

  private async open(options: ServeOptions = {}): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "simdgrad-web-"));
    this.server = await startServer({ port: 0, logLevel: "silent", outputs: join(this.folder, "outputs"), ...options });
    this.browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.server?.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Opens the app in a profile of its own; whatever its console or its policy complains of fails the test. */
  async visit(
    work: (page: Page) => Promise<void>,
    { at = "/", forgives, ready = bothReady, ...options }: VisitOptions = {},
  ): Promise<void> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    try {
      const page = await context.newPage();
      const complaints = complaintsOf(page, forgives);
      await page.goto(this.server.url + at);
      await ready(page);
      await work(page);
      assert.equal(complaints, []);
    } finally {
      await context.close();
    }
  }
}

export async function bothReady(page: Page): Promise<void> {
  await page.locator(".ink").waitFor();
  for (const row of [0, 1]) await page.locator(".facts").nth(row).getByText("right").waitFor();
}

/** That the large digit is this one. */
export const shows = (page: Page, text: string): Promise<void> =>
  page.locator(".digit").getByText(text, { exact: true }).waitFor();

export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Whether something is kept on the device under this name: the page shows what it is to keep before it is. */
export const isKept = (page: Page, name: string): Promise<boolean> =>
  page.evaluate(
    (name) =>
      new Promise<boolean>((resolve, reject) => {
        const opening = indexedDB.open("keyval-store");
        opening.onupgradeneeded = () => opening.result.createObjectStore("keyval");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const { result } = opening;
          const reading = result.transaction("keyval").objectStore("keyval").get(name);
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => {
            result.close();
            resolve(reading.result != null);
          };
        };
      }),
    name,
  );

/**
 * Waits until the page's workers are these, by the names of their scripts, whichever order they are in. One that is to end does what
 * it was asked for before.
 */
export function workersAre(page: Page, ...names: readonly string[]): Promise<void> {
  const now = (): string =>
    page
      .workers()
      .map((each) => each.url().replace(/^.*\/|_worker.*$/g, ""))
      .sort()
      .join();
  return untilReads("the workers are", now, [...names].sort().join(), 1200);
}

/** Notes from now on which workers of the page are ended from outside: one with threads should never be. */
export const noteTerminated = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { terminate } = Worker.prototype;
    Object.assign(window, { terminated: 0 });
    Worker.prototype.terminate = function (this: Worker) {
      (window as unknown as { terminated: number }).terminated++;
      terminate.call(this);
    };
  });

export const terminated = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { terminated: number }).terminated);

/** What each network says, the first row's first, and how sure each is. */
const answers = (page: Page): Promise<string[][]> =>
  Promise.all([".contestant .verdict b", ".certainty"].map((part) => page.locator(part).allTextContents()));

/** What they are once both networks answer and neither answer changes any more: they read while one draws, and may be behind. */
export async function settledAnswers(page: Page): Promise<string[][]> {
  let now = await answers(page);
  for (let tries = 0; tries < 40; tries++) {
    const before = now;
    await page.waitForTimeout(500);
    now = await answers(page);
    const areAll = now[1].length === 2 && now[1].every((each) => each.includes("%"));
    if (areAll && now.flat().join() === before.flat().join()) return now;
  }
  throw new Error(`the answers do not settle: ${JSON.stringify(now)}`);
}

/** Waits until the networks answer so. @param expected their digits, the first row's first; where there is more, how sure each is */
export function answersAre(page: Page, expected: readonly (readonly string[])[]): Promise<void> {
  const now = async (): Promise<string> => JSON.stringify((await answers(page)).slice(0, expected.length));
  return untilReads("the answers are", now, JSON.stringify(expected));
}

/** Whatever axe finds wrong, one line each. */
export async function axeFindings(page: Page, axe: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Violation {
      id: string;
      impact: string;
      nodes: { html: string }[];
    }
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html)}`);
  });
}
