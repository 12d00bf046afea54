// A real browser, headless: Chromium by playwright-core, and a script that runs in a page of its own.

import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { StaticHost } from "./static_host.ts";

const LIMIT_MS = 120_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const NO_BROWSER = "no browser was found: install Debian's chromium, or name one by the variable CHROMIUM";
export const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
/** What makes a page cross-origin isolated, and so lets it share memory among threads. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export interface Scripted {
  /** A module script; what it returns from its top level by `report(value)` is the result. */
  script: string;
  /** Served to it at /worker.mjs. */
  worker?: string;
  isIsolated: boolean;
}

/** The path of the first that is installed; the environment variable CHROMIUM names another. @throws there is none */
export function findBrowser(): string {
  const { CHROMIUM, PATH = "" } = process.env;
  const names = CHROMIUM ? [CHROMIUM] : NAMES;
  const paths = names.flatMap((name) => [name, ...PATH.split(delimiter).map((folder) => join(folder, name))]);
  const found = paths.find((path) => isAbsolute(path) && existsSync(path));
  if (!found) throw new Error(NO_BROWSER);
  return found;
}

/** A module for a page: bundled and minified, as it would be shipped. @throws it reaches a module of Node */
export async function bundleForPage(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/**
 * Opens a page with the script in a browser of its own, and waits for what it reports. Files of the checkout are served at
 * their paths.
 *
 * @throws no browser is installed; the page fails, or reports nothing within two minutes
 */
export async function inBrowser({ script, worker = "", isIsolated }: Scripted): Promise<unknown> {
  const made = { "page.html": pageOf(script), "worker.mjs": worker };
  const host = new StaticHost(".", "/", isIsolated ? ISOLATION : {}, made);
  const browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
  let timer: NodeJS.Timeout | undefined;
  try {
    await host.start();
    const page = await browser.newPage();
    return await new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(why));
      timer = setTimeout(() => fail(`the page reported nothing in ${LIMIT_MS / 1000} s`), LIMIT_MS);
      browser.on("disconnected", () => fail("the browser ended"));
      page.on("pageerror", ({ stack, message }) => fail(`the page failed: ${stack ?? message}`));
      page
        .exposeFunction("post", ({ error, value }: { error?: string; value?: unknown }) => {
          if (error) fail(`the page failed: ${error}`);
          else resolve(value);
        })
        .then(() => page.goto(`${host.url}page.html`))
        .catch(reject);
    });
  } finally {
    clearTimeout(timer);
    await browser.close();
    await host.stop();
  }
}

function pageOf(script: string): string {
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module">
    const report = (value) => post({ value });
    ${script}
  </script>`;
}
