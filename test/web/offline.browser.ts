// The web app without a connection, on hosts that set no header, and where a new version of it comes.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startServer } from "../../serve/index.ts";
import { FLAGS, findBrowser } from "../support/browser.ts";
import { complaintsOf } from "../support/complaints.ts";
import { shippedAccuracy } from "../support/shipped_model.ts";
import { StaticHost } from "../support/static_host.ts";

const test = suite("the web app offline");
const KEPT = "This page also works offline.";

let browser: Browser;
test.before(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
});
test.after(() => browser?.close());

/** In a profile of its own; whatever its console complains of fails the test. */
async function inProfile(work: (page: Page) => Promise<void>, options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await work(page);
    assert.equal(complaints, []);
  } finally {
    await context.close();
  }
}

/** A host of the built app, without headers, below a path; `work` may change its files. */
async function hosted(work: (host: StaticHost, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-host-"));
  cpSync("dist/web", folder, { recursive: true });
  const host = new StaticHost(folder, "/digits/");
  await host.start();
  try {
    await work(host, folder);
  } finally {
    await host.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Not at once: what a debugger runs is exempt from the policy. */
const runText = (): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => {
      try {
        resolve(new Function("return 'it ran'")());
      } catch (error) {
        resolve((error as Error).name);
      }
    });
  });

const isIsolated = (page: Page): Promise<boolean> => page.evaluate(() => crossOriginIsolated);
/** Of what the third test puts in the new version's page, and no script touches, as scripts do the title. */
const isNew = (page: Page) => page.evaluate(() => document.documentElement.dataset.version === "new");
const kept = (page: Page) => page.getByText(KEPT).waitFor();

async function readsAnEight(page: Page): Promise<void> {
  await page.getByText(`${shippedAccuracy("cnn")} of MNIST`).waitFor();
  await page.getByRole("button", { name: "Draw a sample 8" }).click();
  await page.locator(".digit").getByText("8", { exact: true }).waitFor();
}

test("on a host without headers a reload isolates it, and then it needs no host", async () => {
  await hosted(async (host) => {
    await inProfile(async (page) => {
      await page.goto(host.url);
      await readsAnEight(page);
      assert.not(await isIsolated(page));
      await kept(page);
      await host.stop();
      await page.reload();
      await readsAnEight(page);
      await kept(page);
      assert.ok(await isIsolated(page));
      // Every worker's script has the headers, too: threads are started from it, and no policy is taken from the page.
      const script = page.workers()[0].url();
      const headers = (url: string) =>
        fetch(url).then(({ headers }) =>
          ["cross-origin-embedder-policy", "content-security-policy"].map((name) => headers.get(name)),
        );
      const policy = await page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content");
      assert.equal(await page.evaluate(headers, script), ["require-corp", policy]);
      assert.is(await page.workers()[0].evaluate(runText), "EvalError");
      // With what an address may have behind it.
      await page.goto(`${host.url}?from=a-link#draw?brush=5`);
      await readsAnEight(page);
      assert.is(await page.getByLabel("Brush").inputValue(), "5");
    });
  });
});

test("the server's own pages are kept with its policy, and its API is asked", async () => {
  const outputs = mkdtempSync(join(tmpdir(), "simdgrad-web-"));
  const server = await startServer({ port: 0, logLevel: "silent", outputs });
  const { port } = new URL(server.url);
  let isUp = true;
  try {
    await inProfile(async (page) => {
      await page.goto(server.url);
      await kept(page);
      await page.reload();
      await readsAnEight(page);
      const models = () => fetch("/models").then(({ status }) => status);
      assert.is(await page.evaluate(models), 200);
      await server.close();
      isUp = false;
      const answer = await page.reload();
      assert.match(answer?.headers()["content-security-policy"] ?? "", /script-src 'self' 'wasm-unsafe-eval'/);
      assert.is(new URL(page.url()).port, port);
      await readsAnEight(page);
    });
  } finally {
    if (isUp) await server.close();
    rmSync(outputs, { recursive: true });
  }
});

test("a new version is offered, put off on request, and loaded with one press; old pages go on", async () => {
  await hosted(async (host, folder) => {
    await inProfile(async (page) => {
      await page.goto(host.url);
      await kept(page);
      const page2 = await page.context().newPage();
      await page2.goto(host.url);
      await readsAnEight(page2);
      // From now on it is told of new versions, too.
      await kept(page2);
      host.requests.length = 0;
      for (const [file, before, after] of [
        ["index.html", "<html", '<html data-version="new"'],
        ["sw.js", /[0-9a-f]{16}/, "0123456789abcdef"],
      ] as const) {
        const path = join(folder, file);
        writeFileSync(path, readFileSync(path, "utf8").replace(before, after));
      }
      await page.reload();
      assert.not(await isNew(page));
      const toast = page.getByRole("status").filter({ hasText: "There is a new version of this page." });
      await toast.getByRole("button", { name: "Later" }).click();
      assert.is(await toast.count(), 0);
      await page.reload();
      assert.not(await isNew(page));
      await toast.getByRole("button", { name: "Reload" }).click();
      await page.locator('html[data-version="new"]').waitFor();
      await readsAnEight(page);
      // The other tab was offered it, too, and is a page of the version before still: it takes what is at work by now.
      assert.not(await isNew(page2));
      await page2.getByRole("button", { name: "Reload" }).click();
      await page2.locator('html[data-version="new"]').waitFor();
      await readsAnEight(page2);
      // What has the same name has the same content, and was not loaded again.
      assert.equal(
        host.requests.filter((path) => path.includes("/assets/")),
        [],
      );
    });
  });
});

test("a device without room reads as well: before anything is kept, and with what is kept later", async () => {
  await hosted(async (host, folder) => {
    await inProfile(async (page) => {
      const client = await page.context().newCDPSession(page);
      const room = (quotaSize?: number) =>
        client.send("Storage.overrideQuotaForOrigin", { origin: new URL(host.url).origin, quotaSize });
      await room(100_000);
      await page.goto(host.url);
      await page
        .getByText(
          "This page needs a connection every time: a file of it could not be loaded, or there is no room left for one.",
        )
        .waitFor();
      await readsAnEight(page);
      assert.equal(await page.evaluate(() => caches.keys()), [], "nothing is left of what was begun");
      await room();
      await page.reload();
      await kept(page);
      await room(100_000);
      const sample = readdirSync(join(folder, "assets")).find((name) => name.endsWith(".bin")) as string;
      const sizes = await page.evaluate(async (path) => {
        const sizes: number[] = [];
        for (const _ of "ab") sizes.push((await (await fetch(path)).arrayBuffer()).byteLength);
        return [...sizes, (await caches.match(path)) === undefined];
      }, `./assets/${sample}`);
      const { size } = statSync(join(folder, "assets", sample));
      assert.equal(sizes, [size, size, true]);
    });
  });
});

test("a browser without service workers reads as well, and says that it needs a connection", async () => {
  await hosted(async (host) => {
    await inProfile(async (page) => {
      await page.addInitScript(() => {
        Object.defineProperty(Navigator.prototype, "serviceWorker", { value: undefined });
      });
      await page.goto(host.url);
      await readsAnEight(page);
      await page
        .getByText(
          "This page needs a connection every time: this browser has no service workers here (Firefox has none in private windows).",
        )
        .waitFor();
    });
  });
});

test("it can be installed: the browser finds nothing that is missing", async () => {
  await hosted(async (host) => {
    await inProfile(async (page) => {
      await page.goto(host.url);
      await kept(page);
      const client = await page.context().newCDPSession(page);
      const { errors, url, data } = await client.send("Page.getAppManifest");
      assert.equal(errors, []);
      assert.is(url, `${host.url}manifest.webmanifest`);
      const { icons } = JSON.parse(data ?? "{}") as { icons: { src: string; sizes: string }[] };
      for (const { src, sizes } of icons) {
        const size = await page.evaluate(async (address) => {
          const { width, height } = await createImageBitmap(await (await fetch(address)).blob());
          return `${width}x${height}`;
        }, new URL(src, url).href);
        assert.is(size, sizes, src);
      }
      const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
      // A profile that is thrown away installs nothing.
      assert.equal(
        installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"),
        [],
      );
    });
  });
});

test.run();
