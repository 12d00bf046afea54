// Training the CNN in the page, on all of the sample, to where it reads 97 of 100 digits.

import { availableParallelism } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hashOf, heading, start, withTraining } from "../support/train_page.ts";
import { WebApp } from "../support/web_app.ts";

const test = suite("training the CNN in a browser");

/** It takes 12 s where nothing else runs. */
const PATIENCE_MS = 200_000;

const app = WebApp.for(test);

test("the CNN learns from the sample to read 97 of 100 test digits, and the page says so while it does", async () => {
  await withTraining(
    app,
    async (page) => {
      await page.evaluate(() => {
        new PerformanceObserver((list) => {
          const lasted = list.getEntries().map(({ duration }) => duration);
          Object.assign(window, { tasks: [...((window as { tasks?: number[] }).tasks ?? []), ...lasted] });
        }).observe({ entryTypes: ["longtask"] });
      });
      const started = performance.now();
      await start(page);
      await heading(page, "Training").waitFor();
      await page.locator(".train-chart > svg").waitFor();
      await page.locator(".train-grid").waitFor();
      // The link asks for more than there are.
      const threads = availableParallelism();
      assert.match((await page.locator(".train-facts").textContent()) ?? "", new RegExp(`Threads?${threads}as chosen`));
      await hashOf(page, PATIENCE_MS);
      const seconds = (performance.now() - started) / 1000;
      const accuracy = Number.parseFloat((await heading(page, /of 10,000 test digits/).textContent()) ?? "");
      const tasks = await page.evaluate(() => (window as { tasks?: number[] }).tasks ?? []);
      console.log(
        `measured: ${accuracy} % after ${seconds.toFixed(1)} s; tasks of 50 ms or more in the page: ${tasks.length}`,
      );
      assert.ok(accuracy >= 97, `${accuracy} %`);
      // Its numbers stand in tables, too.
      await page.getByText("As a table").click();
      await page.locator(".train-table").waitFor();
      assert.is(await page.locator(".train-table tbody tr").count(), 3);
      assert.is(await page.locator(".confusion tbody td").count(), 100);
    },
    "#train?threads=64",
  );
});

test.run();
