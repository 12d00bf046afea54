// A real browser, headless, and a server for it: what a page finds out, it posts back.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, extname, isAbsolute, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";

const LIMIT_MS = 120_000;
const REMOVE_LIMIT_MS = 10_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const NO_BROWSER = "no browser was found: install Debian's chromium, or name one by the variable CHROMIUM";
export const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
/** What makes a page cross-origin isolated, and so lets it share memory among threads. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export interface Page {
  /** A module script; what it returns from its top level by `report(value)` is the result. */
  script: string;
  /** Served to it at /worker.mjs. */
  worker?: string;
  isIsolated: boolean;
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
 * Opens the page in a separate browser, and waits for what it reports. Files of the checkout are served at their paths.
 *
 * @throws no browser is installed; the page fails, or reports nothing within two minutes
 */
export async function inBrowser({ script, worker = "", isIsolated }: Page): Promise<unknown> {
  const made: Record<string, string> = { "/page.html": pageOf(script), "/worker.mjs": worker };
  let settle: (body: string) => void = () => {};
  const reported = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (request.method === "POST") {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        response.end();
        settle(body);
      });
      return;
    }
    const content = made[path] ?? fileAt(path);
    response.writeHead(content === null ? 404 : 200, {
      "Content-Type": TYPES[extname(path)] ?? "text/plain",
      ...(isIsolated ? ISOLATION : {}),
    });
    response.end(content ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const { error, value } = JSON.parse(await openAndWait(`http://127.0.0.1:${port}/page.html`, reported));
    if (error) throw new Error(`the page failed: ${error}`);
    return value;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function pageOf(script: string): string {
  return `<!doctype html><meta charset="utf-8"><script type="module">
    const post = (body) => fetch("/report", { method: "POST", body: JSON.stringify(body) });
    const report = (value) => post({ value });
    addEventListener("error", ({ message }) => post({ error: message }));
    addEventListener("unhandledrejection", ({ reason }) => post({ error: String(reason?.stack ?? reason) }));
    ${script}
  </script>`;
}

/** Of this checkout; nothing above it. */
function fileAt(path: string): Buffer | null {
  try {
    return path.includes("..") ? null : readFileSync(`.${path}`);
  } catch {
    return null;
  }
}

async function openAndWait(url: string, reported: Promise<string>): Promise<string> {
  const profile = makeProfile();
  const browser = await launch([...FLAGS, `--user-data-dir=${profile}`, url]);
  let timer: NodeJS.Timeout | undefined;
  try {
    const ended = new Promise<never>((_, reject) => {
      browser.on("exit", (code) => reject(new Error(`the browser ended with ${code}`)));
      timer = setTimeout(() => reject(new Error(`the page reported nothing in ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    });
    return await Promise.race([reported, ended]);
  } finally {
    clearTimeout(timer);
    if (!hasEnded(browser)) {
      const gone = new Promise((resolve) => browser.once("exit", resolve));
      browser.kill("SIGKILL");
      await gone;
    }
    await removeProfile(profile);
  }
}

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** A folder for what a browser keeps. */
export function makeProfile(): string {
  return mkdtempSync(join(tmpdir(), "simdgrad-browser-"));
}

/**
 * Removes it once the browser is gone. Its other processes outlive it for a moment and write on, also into folders that have just been
 * emptied; rmSync's own retries do not look again at what is in them.
 */
export async function removeProfile(profile: string): Promise<void> {
  for (const started = performance.now(); ; await sleep(50)) {
    try {
      return rmSync(profile, { recursive: true, force: true });
    } catch (error) {
      const hasGrown = (error as NodeJS.ErrnoException).code === "ENOTEMPTY";
      if (!hasGrown || performance.now() - started > REMOVE_LIMIT_MS) throw error;
    }
  }
}

/** The path of one, for packages that start it themselves. @throws there is none */
export function findBrowser(): string {
  const { CHROMIUM, PATH = "" } = process.env;
  const names = CHROMIUM ? [CHROMIUM] : NAMES;
  const paths = names.flatMap((name) => [name, ...PATH.split(delimiter).map((folder) => join(folder, name))]);
  const found = paths.find((path) => isAbsolute(path) && existsSync(path));
  if (!found) throw new Error(NO_BROWSER);
  return found;
}

/** The first browser that is installed; the environment variable CHROMIUM names another. */
export async function launch(args: readonly string[], stdio: StdioOptions = "ignore"): Promise<ChildProcess> {
  const { CHROMIUM } = process.env;
  for (const name of CHROMIUM ? [CHROMIUM] : NAMES) {
    const browser = spawn(name, args, { stdio });
    const hasStarted = await new Promise<boolean>((resolve) => {
      browser.once("spawn", () => resolve(true));
      browser.once("error", () => resolve(false));
    });
    if (hasStarted) return browser;
  }
  throw new Error(NO_BROWSER);
}
