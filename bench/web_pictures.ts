// npm run web:pictures: pictures of the web app's main states, in a real browser (Debian's chromium), into docs/images/: of a
// desktop and a phone, light and dark. The computer computes on its own: what is seen was drawn, trained and found.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { bothReady, button, drawByMouse, PHONE, shows, WebApp } from "../test/support/web_app.ts";
import { SAMPLES } from "../web/draw/sample_strokes.ts";
import { parse, readOptions } from "./options.ts";
import { print } from "./print.ts";

const USAGE = `npm run web:pictures -- [options]: pictures of the web app's main states

  --only TEXT  those whose name holds this, as "phone"`;
const OUT = fileURLToPath(new URL("../docs/images/", import.meta.url));
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
/** A phone's page at twice the size is sharp enough for a document. */
const SMALL: BrowserContextOptions = { ...PHONE, deviceScaleFactor: 2 };
/** Until the run of the preset "fast" has ended, on two busy processors. */
const TRAINED_MS = 120_000;

interface Shot {
  readonly name: string;
  readonly options: BrowserContextOptions;
  /** Of the address, behind "#". */
  readonly at: string;
  act(page: Page): Promise<void>;
}

const answered = (page: Page): Promise<void> => page.locator(".inside-answers").nth(0).waitFor();

const SHOTS: readonly Shot[] = [
  { name: "draw-desktop-light", options: DESKTOP, at: "draw", act: drawn(3) },
  { name: "draw-desktop-dark", options: { ...DESKTOP, colorScheme: "dark" }, at: "draw", act: drawn(8) },
  { name: "draw-phone-light", options: SMALL, at: "draw", act: drawn(5) },
  { name: "draw-phone-dark", options: { ...SMALL, colorScheme: "dark" }, at: "draw", act: drawn(2) },
  { name: "empty-phone-light", options: SMALL, at: "draw", act: bothReady },
  {
    name: "inside-layers-desktop-dark",
    options: { ...DESKTOP, colorScheme: "dark" },
    at: "inside?view=layers",
    act: seen,
  },
  { name: "inside-layers-phone-light", options: SMALL, at: "inside?view=layers", act: seen },
  { name: "inside-map-desktop-light", options: DESKTOP, at: "inside?view=map", act: seen },
  { name: "train-desktop-light", options: DESKTOP, at: "train", act: trained },
  { name: "train-phone-dark", options: { ...SMALL, colorScheme: "dark" }, at: "train", act: trained },
];

const { only } = readOptions("web:pictures", USAGE, (args) => parse(args, { only: { type: "string", default: "" } }));
mkdirSync(OUT, { recursive: true });
const app = await WebApp.start();
try {
  for (const { name, options, at, act } of SHOTS.filter((shot) => shot.name.includes(only))) {
    const context = await app.browser.newContext({ ...options, reducedMotion: "reduce" });
    try {
      const page = await context.newPage();
      await page.goto(`${app.server.url}/#${at}`);
      await act(page);
      await page.waitForTimeout(500);
      await page.screenshot({ path: join(OUT, `${name}.jpg`), type: "jpeg", quality: 85 });
      print(`docs/images/${name}.jpg`);
    } finally {
      await context.close();
    }
  }
} finally {
  await app.close();
}

function drawn(digit: number): Shot["act"] {
  return async (page) => {
    await bothReady(page);
    await drawByMouse(page, SAMPLES[digit]);
    await shows(page, String(digit));
  };
}

async function seen(page: Page): Promise<void> {
  await page.getByRole("tab", { selected: true }).waitFor();
  await drawByMouse(page, SAMPLES[8]);
  await answered(page);
  // The map and its thousand digits come after the answer.
  await page.waitForTimeout(4000);
}

async function trained(page: Page): Promise<void> {
  await button(page, "Start training").click();
  await page.getByRole("heading", { name: /of 10,000 test digits/ }).waitFor({ timeout: TRAINED_MS });
}
