// Two tabs of the app, which share what is kept on the device; and a device that keeps nothing.

import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SAMPLES, strokesOf } from "../../web/draw/sample_strokes.ts";
import { until } from "../support/until.ts";
import {
  answersAre,
  bothReady,
  button,
  drawByMouse,
  isKept,
  settledAnswers,
  shows,
  WebApp,
} from "../support/web_app.ts";

const test = suite("tabs in a browser");

const app = WebApp.for(test);

/** Another tab beside the first. */
async function tabBeside(page: Page, at: string): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(`${app.server.url}/${at}`);
  return other;
}

const heading = (page: Page, name: string) => page.getByRole("heading", { name, level: 2 }).waitFor();
/** Its epoch and its step. */
const placeOf = async (page: Page): Promise<string[]> =>
  (await page.locator(".train-facts dd").allTextContents()).slice(0, 2);
/** A slashed zero, which neither network has seen one of. */
const SLASHED = strokesOf("98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170");
const lessonsAre = (page: Page, count: number): Promise<void> =>
  page.waitForFunction((count) => document.querySelectorAll(".lesson").length === count, count).then(() => {});

test("one tab at a time trains: another says so, takes the run over where it is to, and goes on with it when that tab is closed", async () => {
  // Without end, as far as this test goes.
  const at = "#train?epochs=1000&limit=2000";
  await app.visit(async (page) => {
    await page.goto(`${app.server.url}/${at}`);
    await button(page, "Start training").click();
    // On a slow machine seconds after its first step; till then another tab knows of no run.
    await until(
      () => isKept(page, "training-run"),
      () => "no run is kept",
    );
    const other = await tabBeside(page, at);
    await heading(other, "Training in another tab");
    await other.getByRole("alert").getByText("When it has none any more, this one goes on.").waitFor();
    assert.is(await button(other, "Start training").count(), 0);
    await heading(page, "Training");

    await button(other, "Continue it here").click();
    await heading(other, "Paused");
    await heading(page, "Training in another tab");
    // To the end of the epoch: what is kept there stands before the first step of the next.
    let place = await placeOf(other);
    for (let made = 0; made === 0 || place[1] !== "32 of 32"; made++) {
      assert.ok(made < 32, `${made} steps, and at ${place}`);
      await button(other, "Step").click();
      await other.waitForFunction(
        (before) => document.querySelectorAll(".train-facts dd")[1].textContent !== before,
        place[1],
      );
      await heading(other, "Paused");
      place = await placeOf(other);
    }

    await other.close();
    await heading(page, "Paused");
    assert.equal(await placeOf(page), place);
    await button(page, "Discard").click();
    await button(page, "Discard the run?").click();
    await heading(page, "Ready to train");
    // Nobody's turn: the next one begins.
    const third = await tabBeside(page, at);
    await button(third, "Start training").click();
    await heading(third, "Training");
    await button(page, "Start training").click();
    await heading(page, "Training in another tab");
  });
});

test("what one tab is taught the other knows: no lesson is lost, and without any the networks are as they were", async () => {
  await app.visit(async (page) => {
    await drawByMouse(page, SLASHED);
    await shows(page, "8");
    const before = await settledAnswers(page);
    const other = await tabBeside(page, "#draw");
    await bothReady(other);
    await shows(other, "8");
    await button(page, "Wrong? Teach it").click();
    await button(page, "It is a 0").click();
    await shows(page, "0");

    // This one has the networks of before, and does not know of the lesson.
    await button(other, "Wrong? Teach it").click();
    await lessonsAre(other, 1);
    await shows(other, "0");
    await other.keyboard.press("Delete");
    await drawByMouse(other, SAMPLES[7]);
    await shows(other, "7");
    await button(other, "It is a 7").click();
    await lessonsAre(other, 2);
    await lessonsAre(page, 2);
    assert.ok(await button(page, "Undo teaching").isDisabled(), "what another tab has changed is not undone unseen");
    await answersAre(page, [["0", "0"]]);

    await button(other, "Forget all").click();
    await lessonsAre(page, 0);
    await shows(page, "8");
    await answersAre(page, before);
    await page.reload();
    await bothReady(page);
    assert.is(await page.getByText("taught by you").count(), 0);
  });
});

test("a browser that keeps nothing teaches all the same, says so, and forgets again what it is to", async () => {
  await app.visit(async (page) => {
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("no room left", "QuotaExceededError");
      };
    });
    await drawByMouse(page, SLASHED);
    await shows(page, "8");
    const before = await settledAnswers(page);
    await button(page, "Wrong? Teach it").click();
    await button(page, "It is a 0").click();
    await shows(page, "0");
    await page.getByText("What is taught lasts until this page is closed").waitFor();
    await button(page, "Forget all").click();
    await shows(page, "8");
    await answersAre(page, before);
  });
});

test.run();
