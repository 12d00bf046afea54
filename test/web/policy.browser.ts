// The page's own policy, on a host that sends no headers: what somebody smuggles into the page does not run.

import { chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startServer } from "../../serve/index.ts";
import { FLAGS, findBrowser } from "../support/browser.ts";
import { StaticHost } from "../support/static_host.ts";

const test = suite("the policy in a browser");

const directivesOf = (policy: string): Record<string, string> =>
  Object.fromEntries(policy.split("; ").map((each) => [each.replace(/ .*/, ""), each.replace(/^\S+ /, "")]));

test("on a host without headers no script runs that is inline, data, or another site's", async () => {
  const host = new StaticHost("dist/web", "/digits/");
  const other = new StaticHost(".", "/", {}, { "other.js": "globalThis.injected = 'another site';" });
  await Promise.all([host.start(), other.start()]);
  const browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(host.url);
    await page.getByRole("button", { name: "Draw a sample 8" }).click();
    await page.locator(".digit").getByText("8", { exact: true }).waitFor();
    const blocked = await page.evaluate(async (address) => {
      const found: string[] = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
        found.push(`${effectiveDirective} ${blockedURI.replace(/:.*/, "")}`);
      });
      for (const properties of [
        { textContent: "globalThis.injected = 'inline';" },
        { src: "data:text/javascript,globalThis.injected = 'data';" },
        { src: address },
      ]) {
        document.head.append(Object.assign(document.createElement("script"), properties));
      }
      const carrier = document.createElement("div");
      carrier.innerHTML = `<img src="nowhere.png" onerror="globalThis.injected = 'handler'">`;
      document.body.append(carrier);
      const frame = document.createElement("iframe");
      frame.src = address;
      document.body.append(frame);
      const deadline = performance.now() + 5000;
      while (found.length < 5 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
      return found.sort();
    }, `${other.url}other.js`);
    assert.equal(blocked, [
      "frame-src http",
      "script-src-attr inline",
      "script-src-elem data",
      "script-src-elem http",
      "script-src-elem inline",
    ]);
    assert.is(await page.evaluate(() => (globalThis as { injected?: string }).injected), undefined);
  } finally {
    await browser.close();
    await Promise.all([host.stop(), other.stop()]);
  }
});

test("it is the server's, but for what a page cannot say of itself, and for the servers that it may ask", async () => {
  const server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
  try {
    const response = await fetch(server.url, { headers: { accept: "text/html" } });
    const [, inPage] = (await response.text()).match(
      /http-equiv="Content-Security-Policy" content="([^"]+)"/,
    ) as RegExpMatchArray;
    const expected = directivesOf(response.headers.get("content-security-policy") ?? "");
    delete expected["frame-ancestors"];
    assert.equal(directivesOf(inPage.replaceAll("&#39;", "'")), { ...expected, "connect-src": "http: https:" });
  } finally {
    await server.close();
  }
});

test.run();
