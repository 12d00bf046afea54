// Every text, control and chart of the web app stands out from what is behind it, by the pixels of the screen.

import type { BrowserContextOptions, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { strokesOf } from "../../web/draw/sample_strokes.ts";
import { contrastFindings } from "../support/contrast.ts";
import { button, drawByMouse, PHONE, shows, WebApp } from "../support/web_app.ts";

const test = suite("contrast in a browser");

let app: WebApp;
test.before(async () => {
  app = await WebApp.start();
});
test.after(async () => {
  await app?.close();
});

/** A slashed zero, which is misread. */
const SLASHED = strokesOf("98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170");
const DEVICES: readonly (readonly [string, BrowserContextOptions])[] = [
  ["phone", { ...PHONE, deviceScaleFactor: 1 }],
  ["desktop", {}],
];
/** The views of See inside, each with what is there when it is done. */
const VIEWS = [
  ["Layers", ".inside-ledger"],
  ["Why", ".inside-behind"],
  ["Fool it", ".inside-distances"],
  ["Map", ".inside-gallery"],
  ["Errors", ".inside-matrix"],
];

for (const [device, options] of DEVICES) {
  test(`on a ${device}, light and dark: texts 4.5 : 1, large texts, controls and charts 3 : 1`, async () => {
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
        await look(page, "Train, ready");
        await button(page, "Start training").click();
        await page.locator(".train-hash code").waitFor({ timeout: 60_000 });
        await look(page, "Train, done");
      },
      { ...options, reducedMotion: "reduce" },
    );
    assert.equal(wrong, []);
    assert.ok(total > 2000, `only ${total} things were looked at`);
    console.log(`measured: contrast of ${total} texts, controls and marks on a ${device}`);
  });
}

test.run();
