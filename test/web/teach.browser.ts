// Networks of one's own in the web app: kept over a reload, named, and given back.

import { readFileSync } from "node:fs";
import process from "node:process";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/index.ts";
import { cnn as buildCnn, linear } from "../../models/index.ts";
import { strokesOf } from "../../web/draw/sample_strokes.ts";
import { shippedAccuracy } from "../support/shipped_model.ts";
import { until } from "../support/until.ts";
import {
  answersAre,
  axeFindings,
  bothReady,
  button,
  drawByMouse,
  isKept,
  noteTerminated,
  PHONE,
  settledAnswers,
  shows,
  terminated,
  WebApp,
  workersAre,
} from "../support/web_app.ts";

const test = suite("own networks in a browser");

const app = WebApp.for(test);

/** Puts weights where the app keeps them. */
const keep = (page: Page, name: string, origin: string, weights: Uint8Array): Promise<void> =>
  page.evaluate(
    ({ name, origin, weights }) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("keyval-store");
        opening.onupgradeneeded = () => opening.result.createObjectStore("keyval");
        opening.onsuccess = () => {
          const transaction = opening.result.transaction("keyval", "readwrite");
          transaction.objectStore("keyval").put({ origin, weights: Uint8Array.from(weights) }, `weights-${name}`);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
    { name, origin, weights: [...weights] },
  );

test("weights of one's own read after a reload, say where they come from and how well they read, and go when they are to", async () => {
  const network = linear();
  decodeCheckpoint(network, readFileSync("models/pretrained/linear.safetensors"));
  const own = encodeCheckpoint(network, { dataset: "mnist", test_accuracy: "0.9", test_images: "500" });
  await app.visit(async (page) => {
    await keep(page, "linear", "opened", own);
    await page.reload();
    await bothReady(page);
    await page.getByText("90.00 % of 500 of MNIST's test images right").waitFor();
    await page.getByText("The linear model is from a file.").waitFor();
    await button(page, "Back to the original").click();
    await page.getByText(`${shippedAccuracy("linear")} of MNIST`).waitFor();
    assert.is(await button(page, "Back to the original").count(), 0);
    await until(
      async () => !(await isKept(page, "weights-linear")),
      () => "the file's weights are still kept",
    );
    await page.reload();
    await bothReady(page);
    await page.getByText(`${shippedAccuracy("linear")} of MNIST`).waitFor();
  });
});

test("weights that cannot be read with are said, and the shipped ones read", async () => {
  await app.visit(async (page) => {
    await keep(page, "cnn", "trained", readFileSync("models/pretrained/linear.safetensors"));
    await page.reload();
    await bothReady(page);
    await page.getByText(`${shippedAccuracy("cnn")} of MNIST`).waitFor();
    await page.getByRole("alert").getByText("Is it another model's?").waitFor();
    await button(page, "OK").click();
    assert.is(await page.getByRole("alert").count(), 0);
  });
});

/** A slashed zero, which neither network has seen one of. */
const SLASHED = strokesOf("98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170");
const isTaught = (page: Page): Promise<void> => page.getByText("Taught. Draw it again").waitFor({ timeout: 60_000 });

test("a drawing that is misread is taught, read right from then on, and after undo read as before", async () => {
  await app.visit(async (page) => {
    await drawByMouse(page, SLASHED);
    await shows(page, "8");
    await button(page, "Wrong? Teach it").click();
    const before = await settledAnswers(page);
    assert.ok(await button(page, "Undo teaching").isDisabled());
    await button(page, "It is a 0").click();
    await isTaught(page);
    await shows(page, "0");
    await answersAre(page, [["0", "0"]]);
    const [cnn, linear] = await page.locator(".teach-measured tbody tr").all();
    for (const [row, least] of [
      [linear, 89],
      [cnn, 99.3],
    ] as const) {
      const [was, is] = (await row.locator("td").allTextContents()).map(Number.parseFloat);
      assert.ok(is <= was + 0.3 && is > least, `${was} became ${is}`);
      console.log(`measured: ${was} % of the test digits became ${is} %`);
    }
    await page.getByText("The CNN was taught by you.").waitFor();

    await page.reload();
    await bothReady(page);
    await shows(page, "0");
    // What was learned can be taken home like what was trained.
    await page.getByRole("link", { name: "Train", exact: true }).click();
    await page.getByRole("radio", { name: /^CNN taught here/ }).check();
    assert.match(await page.title(), /^Train/);
    const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Checkpoint").click()]);
    const home = readFileSync(await download.path());
    assert.not.equal(home, readFileSync("models/pretrained/cnn.safetensors"));
    decodeCheckpoint(buildCnn(), home);
    await page.getByRole("link", { name: "Draw", exact: true }).click();
    await shows(page, "0");
    await button(page, "Wrong? Teach it").click();
    await button(page, "Forget drawing 1, a 0").click();
    await shows(page, "8");
    await answersAre(page, before);
    await button(page, "Undo teaching").click();
    await shows(page, "0");
    await button(page, "Undo teaching").waitFor();
    await button(page, "Forget all").click();
    await shows(page, "8");
    await answersAre(page, before);
    assert.is(await page.getByText("taught by you").count(), 0);
  });
});

test("the teacher ends, and gives its memory back, when the panel is left or has had nothing to do for a minute, and comes back", async () => {
  await app.visit(async (page) => {
    await page.clock.install();
    await noteTerminated(page);
    await drawByMouse(page, SLASHED);
    await shows(page, "8");
    await button(page, "Wrong? Teach it").click();
    await workersAre(page, "reader", "teach");
    // Its minute counts from when it has nothing left to do.
    await page.getByRole("button", { name: "It is a 0", disabled: false }).waitFor();
    await page.clock.fastForward("01:01");
    await workersAre(page, "reader");
    await button(page, "It is a 0").click();
    await isTaught(page);
    await shows(page, "0");
    await workersAre(page, "reader", "teach");
    await page.getByRole("link", { name: "See inside" }).click();
    await workersAre(page, "reader", "inside");
    assert.is(await terminated(page), 0);
  });
});

test("axe finds nothing serious while one teaches, light and dark, on a phone and a desk", async () => {
  const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
  for (const colorScheme of ["light", "dark"] as const) {
    for (const device of [PHONE, {}]) {
      await app.visit(
        async (page) => {
          await drawByMouse(page, SLASHED);
          await shows(page, "8");
          await button(page, "Wrong? Teach it").click();
          await button(page, "It is a 0").click();
          await isTaught(page);
          assert.equal(await axeFindings(page, axe), [], `${colorScheme} ${device === PHONE}`);
          const shots = process.env.SCREENSHOTS;
          const name = `teach-${colorScheme}-${device === PHONE ? "phone" : "desk"}.png`;
          if (shots) await page.screenshot({ path: `${shots}/${name}`, fullPage: true });
        },
        { ...device, colorScheme, reducedMotion: "reduce" },
      );
    }
  }
});

test.run();
