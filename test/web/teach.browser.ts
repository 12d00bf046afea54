// Networks of one's own in the web app: kept over a reload, named, and given back.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/index.ts";
import { linear } from "../../models/index.ts";
import { bothReady, button, WebApp } from "../support/web_app.ts";

const test = suite("own networks in a browser");

let app: WebApp;
test.before(async () => {
  app = await WebApp.start();
});
test.after(async () => {
  await app?.close();
});

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
    await button(page, "Back to the shipped one").click();
    await page.getByText("92.61 % of MNIST").waitFor();
    assert.is(await button(page, "Back to the shipped one").count(), 0);
    await page.reload();
    await bothReady(page);
    await page.getByText("92.61 % of MNIST").waitFor();
  });
});

test("weights that cannot be read with are said, and the shipped ones read", async () => {
  await app.visit(async (page) => {
    await keep(page, "cnn", "trained", readFileSync("models/pretrained/linear.safetensors"));
    await page.reload();
    await bothReady(page);
    await page.getByText("99.70 % of MNIST").waitFor();
    await page.getByRole("alert").getByText("Is it another model's?").waitFor();
    await button(page, "All right").click();
    assert.is(await page.getByRole("alert").count(), 0);
  });
});

test.run();
