// The page at /docs in a real browser: drawn from this server alone, whole on every screen, and it reads a digit.

import { type Browser, chromium, type Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type RunningServer, startServer } from "../../../serve/index.ts";
import { findBrowser } from "../../support/browser.ts";
import { operationsOf, readApiDocument } from "../../support/openapi_document.ts";

const test = suite("/docs in a browser");
const operations = operationsOf(readApiDocument());
/** Swagger UI says this of every list of files before it shows one. */
const HARMLESS = /Could not find component: JsonSchema_string_binary/;
let server: RunningServer;
let browser: Browser;

test.before(async () => {
  server = await startServer({ port: 0, logLevel: "silent", outputs: "no outputs here" });
  browser = await chromium.launch({ executablePath: findBrowser(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
});
test.after(async () => {
  await browser.close();
  await server.close();
});

interface Opened {
  page: Page;
  problems: string[];
  strangers: string[];
}

async function open(width: number, colorScheme: "light" | "dark"): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const [problems, strangers]: [string[], string[]] = [[], []];
  // The network is cut but for this server.
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url.startsWith(`${server.url}/`)) return route.continue();
    strangers.push(url);
    return route.abort();
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    const isProblem = ["error", "warning"].includes(message.type()) && !HARMLESS.test(message.text());
    if (isProblem) problems.push(message.text());
  });
  await page.goto(`${server.url}/docs`);
  await page.waitForSelector(".opblock");
  return { page, problems, strangers };
}

const ALL = operations.map(({ id }) => id);
for (const [width, scheme, ids] of [
  [1280, "light", ALL],
  [390, "dark", ["predict", "getModelInfo", "infer", "getStatistics"]],
] as const) {
  test(`${width} pixels wide and ${scheme}: operations open, nothing is wider than the screen, nobody else is asked`, async () => {
    const { page, problems, strangers } = await open(width, scheme);
    assert.is(await page.locator(".opblock").count(), operations.length);
    for (const id of ids) await page.locator(`[id$="-${id}"] .opblock-summary-control`).click();
    await page.waitForFunction((n) => document.querySelectorAll(".opblock.is-open").length === n, ids.length);
    await page.waitForTimeout(500); // What one of them may ask for, or complain of, a little later.
    const [content, screen, ink, paper] = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return [document.documentElement.scrollWidth, innerWidth, color, backgroundColor];
    });
    assert.ok(Number(content) <= Number(screen), `${content} > ${screen}`);
    const light = (colour: unknown): number => Number(String(colour).match(/\d+/)?.[0]);
    assert.is(light(ink) > light(paper), scheme === "dark");
    assert.equal([problems, strangers], [[], []]);
    await page.context().close();
  });
}

test("a picture that is chosen and sent is read, without a key and without a line of code", async () => {
  const { page, problems, strangers } = await open(1280, "light");
  const predict = page.locator('[id$="-predict"]');
  await predict.locator(".opblock-summary-control").click();
  const add = predict.getByRole("button", { name: /^Add/ });
  if ((await predict.locator('input[type="file"]').count()) === 0) await add.click();
  await predict.locator('input[type="file"]').setInputFiles("docs/digits/7.png");
  await predict.getByRole("button", { name: "Execute" }).click();
  const live = predict.locator(".live-responses-table");
  await live.waitFor();
  assert.is((await live.locator(".response-col_status").last().textContent())?.trim().slice(0, 3), "200");
  assert.match((await live.textContent()) ?? "", /"predicted_class": 7,/);
  const base64 = page.locator('[id$="-predictBase64"]');
  await base64.locator(".opblock-summary-control").click();
  await base64.getByRole("button", { name: "Execute" }).click();
  await base64.locator(".live-responses-table").waitFor();
  assert.match((await base64.locator(".live-responses-table").textContent()) ?? "", /"predicted_class": 7,/);
  assert.equal([problems, strangers], [[], []]);
});

test.run();
