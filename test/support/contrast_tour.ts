// Through all of the web app, to see whether every text, control and chart stands out from what is behind it, light and dark.

import type { BrowserContextOptions, Page } from "playwright-core";
import * as assert from "uvu/assert";
import { strokesOf } from "../../web/draw/sample_strokes.ts";
import { contrastFindings } from "./contrast.ts";
import { button, drawByMouse, shows, type WebApp } from "./web_app.ts";

/** A slashed zero, which is misread. */
const SLASHED = strokesOf("98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170");
/** The views of See inside, each with what is there when it is done. */
const VIEWS = [
  ["Layers", ".inside-ledger"],
  ["Why", ".fold"],
  ["Fool it", ".inside-distances"],
  ["Map", ".inside-gallery"],
  ["Errors", ".confusion"],
];

/** Looks at every state of the app; @returns how much there was to look at */
export async function contrastTour(app: WebApp, options: BrowserContextOptions): Promise<number> {
  const wrong: string[] = [];
  let total = 0;
  const look = async (page: Page, where: string): Promise<void> => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const { findings, measured } = await contrastFindings(page);
      wrong.push(...findings.map((each) => `${where}, ${colorScheme}: ${each}`));
      total += measured;
    }
  };
  await app.visit(
    async (page) => {
      await look(page, "Draw, empty");
      await drawByMouse(page, SLASHED);
      await shows(page, "8");
      await button(page, "Wrong? Teach it").click();
      await button(page, "It is a 0").click();
      await page.getByText("Taught. Draw it again").waitFor({ timeout: 60_000 });
      await look(page, "Draw, taught");
      await button(page, "Settings").click();
      await page.getByText("On a server").click();
      await look(page, "Settings");
      await page.keyboard.press("Escape");

      await page.getByRole("link", { name: "See inside" }).click();
      for (const [view, ready] of VIEWS) {
        await page.getByRole("tab", { name: view }).click();
        if (view === "Fool it" || view === "Errors") await page.locator(".inside-primary").click();
        await page.locator(ready).first().waitFor();
        await look(page, view);
      }

      await page.evaluate(() => {
        location.hash = "#train?model=linear&epochs=2&limit=1000";
      });
      await page.getByText("More settings").click();
      await page.getByLabel("Learning rate").waitFor();
      await look(page, "Train, ready");
      await button(page, "Start training").click();
      await page.locator(".train-hash code").waitFor({ timeout: 60_000 });
      await look(page, "Train, done");
    },
    { ...options, reducedMotion: "reduce" },
  );
  assert.equal(wrong, []);
  assert.ok(total > 2000, `only ${total} things were looked at`);
  return total;
}
