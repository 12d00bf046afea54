// Pictures and drawings of several digits, and of none: read by the page and by a server.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Stroke } from "../../data/index.ts";
import { encodeCheckpoint } from "../../lib/index.ts";
import { writeCheckpointMetadata } from "../../models/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { calibratedModel } from "../support/calibrated_model.ts";
import { fakeRun } from "../support/fake_run.ts";
import { gate } from "../support/gate.ts";
import { shippedModel } from "../support/shipped_model.ts";
import { untilReads } from "../support/until.ts";
import { IDS, promote } from "../support/versions.ts";
import { axeFindings, bothReady, button, drawByMouse, PHONE, shows, WebApp } from "../support/web_app.ts";

const test = suite("several digits, or none");

const app = WebApp.for(test);
const calibrated = await calibratedModel("linear");

const POSTCODE = "docs/digits/20471.png";
const SCREENSHOTS = process.env.SCREENSHOTS;

async function picture(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return;
  await page.waitForTimeout(400); // What appears has appeared.
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}

const give = (page: Page, path: string): Promise<void> => page.getByLabel("A picture of a digit").setInputFiles(path);
const listed = async (page: Page): Promise<string> => (await page.locator(".several b").allTextContents()).join(" ");
const isListed = (page: Page, expected: string): Promise<void> =>
  untilReads("what is listed is", () => listed(page), expected);

/** Smaller, and at another place. */
const moved = (strokes: readonly Stroke[], left: number, scale = 0.45): Stroke[] =>
  strokes.map((stroke) => stroke.map(({ x, y }) => ({ x: left + scale * x, y: 50 + scale * y })));

/** Each box's place, as shares of the sheet. */
const boxes = (page: Page): Promise<{ left: number; right: number }[]> =>
  page.evaluate(() => {
    const sheet = document.querySelector(".sheet")?.getBoundingClientRect() as DOMRect;
    return Array.from(document.querySelectorAll(".boxes .line"), (each) => {
      const { left, right } = each.getBoundingClientRect();
      return { left: (left - sheet.left) / sheet.width, right: (right - sheet.left) / sheet.width };
    });
  });

for (const [name, options] of [
  ["desktop-light", { colorScheme: "light" }],
  ["phone-dark", { ...PHONE, colorScheme: "dark" }],
] as const) {
  test(`a picture of five is read digit by digit, with boxes around them, ${name}`, async () => {
    await app.visit(async (page) => {
      await give(page, POSTCODE);
      await page.getByText("5 digits, in reading order").waitFor();
      assert.is(await listed(page), "2 0 4 7 1");
      const places = await boxes(page);
      // The digits stand in fifths of the picture, which is as wide as the sheet.
      for (const [i, { left, right }] of places.entries()) assert.ok(left > i / 5 && right < (i + 1) / 5, `${i}: ${left} ${right}`); // biome-ignore format: one line
      assert.is(places.length, 5);
      await page.getByRole("status").getByText("5 digits in all: 2, 0, 4, 7, 1.").waitFor({ state: "attached" });
      const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.is(width, 0);
      assert.equal(await axeFindings(page, readFileSync("node_modules/axe-core/axe.min.js", "utf8")), []);
      await picture(page, `several-${name}`);
      // One digit again: nothing is left of them.
      await button(page, "Clear").click();
      await page.locator(".several, .boxes").first().waitFor({ state: "detached" });
      assert.is(await page.locator(".boxes").count(), 0);
    }, options);
  });
}

test("two that are drawn are read once the pen rests, and the sheet stays free to draw on", async () => {
  await app.visit(async (page) => {
    await drawByMouse(page, [...moved(SAMPLES[4], 10), ...moved(SAMPLES[7], 95)]);
    await page.getByText("2 digits, in reading order").waitFor();
    // Where the pen halts, on a slow machine, what there is till then is read, too.
    await isListed(page, "4 7");
    await picture(page, "drawn");
    await button(page, "Clear").click();
    await drawByMouse(page, SAMPLES[3]);
    await shows(page, "3");
    assert.is(await page.locator(".several").count(), 0);
  });
});

test("a server reads all of them, too, and is sent nothing more of a single digit, nor again when a network of the page comes", async () => {
  const late = gate();
  await app.visit(
    async (page) => {
      await page.evaluate((url) => localStorage.setItem("api-url", url), app.server.url);
      await page.route("**/cnn-*.safetensors", (route) => late.opened.then(() => route.continue()));
      await page.reload();
      await page.getByText("Drawings are sent to").waitFor();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      // No part of a 6 is wider than high: should the pen halt, on a slow machine, nothing looks like several.
      await drawByMouse(page, SAMPLES[6]);
      await shows(page, "6");
      await give(page, POSTCODE);
      await page.getByText("5 digits, in reading order").waitFor();
      assert.is((await boxes(page)).length, 5);
      late.open();
      await page.getByText("CNN", { exact: true }).waitFor();
      await isListed(page, "2 0 4 7 1");
      await page.waitForTimeout(500); // All digits are looked for when a picture has lain there for a moment.
      assert.is(asked.filter((path) => path === "/predict").length, 2, "each network once");
    },
    { serviceWorkers: "block", forgives: /Service Worker registration blocked/ },
  );
});

test("all digits of a server are shown where it answers for the one digit later", async () => {
  const late = gate();
  await app.visit(async (page) => {
    await page.evaluate((url) => localStorage.setItem("api-url", url), app.server.url);
    await page.reload();
    await page.getByText("Drawings are sent to").waitFor();
    await page.route("**/infer", (route) => late.opened.then(() => route.continue()));
    await give(page, POSTCODE);
    await page.getByText("5 digits, in reading order").waitFor();
    const sure = page.locator(".certainty").getByText("%");
    assert.is(await sure.count(), 0);
    late.open();
    await sure.nth(1).waitFor();
    assert.is(await listed(page), "2 0 4 7 1");
  });
});

/** No digit at all. */
const SCRIBBLE: readonly Stroke[] = [40, 79, 117, 156].flatMap((at) => [
  [
    { x: at, y: 40 },
    { x: at, y: 156 },
  ],
  [
    { x: 40, y: at },
    { x: 156, y: at },
  ],
]);
/** The CNN's weights, without a word on what digits look like. */
const { network, metadata } = shippedModel("cnn");
const SILENT = Buffer.from(encodeCheckpoint(network, writeCheckpointMetadata({ ...metadata, digitLikeness: null })));
const NO_DIGIT = /^This may not be a digit: it is unlike any digit that was learned, and least unlike a \d\.$/;

test("weights that say what digits look like have the page say what is none, and why", async () => {
  await app.visit(
    async (page) => {
      await page.route("**/linear-*.safetensors", (route) => route.fulfill({ body: Buffer.from(calibrated.file) }));
      await page.route("**/cnn-*.safetensors", (route) => route.fulfill({ body: SILENT }));
      await page.reload();
      await bothReady(page);
      await page.getByText("Linear model").click();
      await drawByMouse(page, SCRIBBLE);
      await page.locator(".warnings").getByText(NO_DIGIT).waitFor();
      await page.getByRole("status").getByText("This may not be a digit").waitFor({ state: "attached" });
      await picture(page, "no-digit");
      // The CNN's do not say.
      await page.getByText("CNN", { exact: true }).click();
      assert.is(await page.locator(".warnings").getByText(NO_DIGIT).count(), 0);
    },
    { serviceWorkers: "block", forgives: /Service Worker registration blocked/ },
  );
});

test("a server whose checkpoint says it has the page say it as well", async () => {
  const outputs = `${app.folder}/calibrated`;
  fakeRun(outputs, IDS[0], { trained: calibrated });
  await promote(outputs, IDS[0]);
  const other = await WebApp.start({ outputs });
  try {
    await other.visit(async (page) => {
      await page.evaluate((url) => localStorage.setItem("api-url", url), other.server.url);
      await page.reload();
      await page.getByText("Linear model").click();
      await drawByMouse(page, SCRIBBLE);
      await page.locator(".warnings").getByText(NO_DIGIT).waitFor();
    });
  } finally {
    await other.close();
  }
});

test.run();
