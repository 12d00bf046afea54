// Training in the page, as people do it: interrupted in every way.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeCheckpoint, weightsDigest } from "../../lib/index.ts";
import { networkOf, readTrainEvent } from "../../models/index.ts";
import { downloaded, hashOf, heading, start, withTraining } from "../support/train_page.ts";
import { axeFindings, button, PHONE, type VisitOptions, WebApp, workersAre } from "../support/web_app.ts";

const test = suite("training in a browser");

const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
/** A run of a few seconds, of which every part is interrupted. */
const SHORT = "#train?model=linear&epochs=3&seed=7&limit=3000&average=0.99&rotate=5";

const app = WebApp.for(test);

const step = (page: Page): Promise<string | null> => page.locator(".train-facts dd").nth(1).textContent();

/** What the command line trains by a command that was copied from the page. */
function trainedBy(command: string): { weightsSha256: string; checkpoint: string } {
  const words = command.split(" ").slice(2);
  const args = ["dist/cli.js", ...words, "--json", "--quiet", "--out", app.folder];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const last = readTrainEvent(stdout.trim().split("\n").at(-1) ?? "");
  if (last.event !== "done") throw new Error(`${stdout}${stderr}`);
  return last;
}

test("paused, stepped, put away and reloaded, a run comes to the bits of the command that the page gives", async () => {
  await withTraining(
    app,
    async (page) => {
      const command = (await page.locator(".train-copy code").textContent()) ?? "";
      assert.is(
        command,
        "npx mnist train --data sample --limit 3000 --model linear --preset fast --epochs 3 --seed 7 --average 0.99 --rotate 5",
      );
      await button(page, "Step").click();
      await heading(page, "Paused").waitFor();
      assert.is(await step(page), "1 of 47");
      for (const made of [2, 3]) {
        await button(page, "Step").click();
        await page.getByText(`${made} of 47`).waitFor();
        // What it paused at is kept.
        await heading(page, "Paused").waitFor();
      }
      await page.reload();
      await heading(page, "Paused").waitFor();
      assert.is(await step(page), "3 of 47");
      await button(page, "Resume").click();
      // The page is put away, and comes back.
      await page.evaluate(() => {
        Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      const hash = await hashOf(page);
      const trained = trainedBy(command);
      assert.is(hash, trained.weightsSha256);

      // The checkpoint of the page is the command line's, to the byte; and that is opened here, with the same hash.
      const { download, path } = await downloaded(page, "Checkpoint");
      assert.is(download.suggestedFilename(), "linear.safetensors");
      assert.ok(readFileSync(path).equals(readFileSync(trained.checkpoint)));
      await page.getByLabel("A checkpoint, .safetensors").setInputFiles(trained.checkpoint);
      await page.getByText(`weights ${hash}`).waitFor();
      const again = await downloaded(page, "Checkpoint");
      const network = networkOf("linear").build();
      decodeCheckpoint(network, new Uint8Array(readFileSync(again.path)));
      assert.is(weightsDigest(network), hash);

      // What was trained outlasts the visit, and reads in Draw.
      await page.reload();
      assert.is(await hashOf(page), hash);
      await button(page, "Use it in Draw").click();
      await page.getByText("reads with these weights now.").waitFor();
    },
    SHORT,
  );
});

test("a trainer that fails is ended, and not only left alone, and its run is brought back by another", async () => {
  await withTraining(
    app,
    async (page) => {
      await start(page);
      await page.locator(".train-chart > svg").waitFor();
      const [trainer] = page.workers().filter((each) => each.url().includes("trainer"));
      await trainer.evaluate(() => void setTimeout(() => JSON.parse("no JSON")));
      await page.getByText("The part of the page that trains has stopped.").waitFor();
      await workersAre(page, "reader");
      await button(page, "Try again").click();
      await heading(page, "Paused").waitFor();
    },
    "#train?epochs=1000&limit=2000",
    { forgives: /no JSON/ },
  );
});

test("a run that is stopped is tested as it is, and one that is discarded leaves nothing", async () => {
  await withTraining(
    app,
    async (page) => {
      await button(page, "Step").click();
      await heading(page, "Paused").waitFor();
      await button(page, "Stop").click();
      await page.getByText("stopped after step 1 of epoch 1").waitFor();
      await button(page, "Train again").click();
      await button(page, "Pause").click();
      await heading(page, "Paused").waitFor();
      await button(page, "Discard").click();
      await button(page, "Discard the run?").click();
      await heading(page, "Ready to train").waitFor();
    },
    "#train?epochs=1000&limit=2000",
  );
});

test("a page that is not isolated trains with one thread, and says why", async () => {
  const context = await app.browser.newContext({ serviceWorkers: "block" });
  try {
    const page = await context.newPage();
    await page.route("**/*", async (route) => {
      const response = await route.fetch();
      const { "cross-origin-opener-policy": _, "cross-origin-embedder-policy": _also, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(`${app.server.url}/#train?model=cnn&epochs=1&limit=600`);
    await start(page);
    await page.getByText("not cross-origin isolated").waitFor();
    await hashOf(page);
  } finally {
    await context.close();
  }
});

test("axe finds nothing, before and after, on a phone and a desk, light and dark", async () => {
  const devices: VisitOptions[] = [
    { ...PHONE, colorScheme: "dark" },
    { colorScheme: "light" },
    { forcedColors: "active" },
  ];
  for (const device of devices) {
    await withTraining(
      app,
      async (page) => {
        await page.getByText("More settings").click();
        await page.getByLabel("Learning rate").waitFor();
        assert.equal(await axeFindings(page, AXE), [], "ready");
        await button(page, "Step").click();
        await heading(page, "Paused").waitFor();
        assert.equal(await axeFindings(page, AXE), [], "paused");
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.is(overflow, 0);
        await button(page, "Stop").click();
        await hashOf(page);
        assert.equal(await axeFindings(page, AXE), [], "done");
      },
      "#train?limit=500",
      { ...device, reducedMotion: "reduce" },
    );
  }
});

test.run();
