// npm run readme:pictures: the README's pictures: the exported page, drawn in by a real browser (Debian's chromium), and the
// curves of the run whose weights ship, from its record.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { History } from "../lib/index.ts";
import { curvesSvg } from "../lib/plot/index.ts";
import { exportHtml } from "../models/export/index.ts";
import { readRunRecord } from "../store/runs/run_record.ts";
import { FLAGS, findBrowser } from "../test/support/browser.ts";
import { DIGIT_STROKES } from "../test/support/digit_strokes.ts";
import { drawByMouse } from "../test/support/draw_strokes.ts";
import { shippedModel } from "../test/support/shipped_model.ts";

const OUT = fileURLToPath(new URL("../docs/pictures/", import.meta.url));
const DIGIT = 3;

mkdirSync(OUT, { recursive: true });
await drawPage();
drawCurves();

async function drawPage(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "simdgrad-pictures-"));
  const path = join(folder, "digit.html");
  writeFileSync(path, exportHtml(shippedModel("cnn")));
  const browser = await chromium.launch({ executablePath: findBrowser(), args: FLAGS });
  try {
    const page = await browser.newPage({ viewport: { width: 880, height: 660 } });
    await page.goto(pathToFileURL(path).href);
    await drawByMouse(page, DIGIT_STROKES[DIGIT], { sheet: "#square" });
    await page.screenshot({ path: join(OUT, "page.png") });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

function drawCurves(): void {
  const beside = new URL("../models/pretrained/cnn.json", import.meta.url);
  const { history, recipe, seed } = readRunRecord(readFileSync(beside, "utf8"), "cnn.json");
  const subtitle = `the shipped CNN: ${recipe.preset} preset, ${recipe.epochs} epochs, seed ${seed}`;
  const svg = curvesSvg(history as History, { title: "Training on MNIST", subtitle });
  writeFileSync(join(OUT, "curves.svg"), svg);
}
