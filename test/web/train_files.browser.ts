// What goes into training in the page, and what comes out of it: digits of one's own, and files to take home.

import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { gate } from "../support/gate.ts";
import { downloaded, hashOf, heading, start, withTraining } from "../support/train_page.ts";
import { button, WebApp } from "../support/web_app.ts";

const test = suite("files of training in a browser");

const app = WebApp.for(test);

test("every form of file is written, and the module reads", async () => {
  await withTraining(
    app,
    async (page) => {
      for (const [name, ending] of [
        ["ONNX", "onnx"],
        ["Web page", "html"],
        ["JavaScript module", "mjs"],
      ]) {
        const { download, path } = await downloaded(page, name);
        assert.is(download.suggestedFilename(), `cnn.${ending}`);
        if (ending !== "mjs") continue;
        const copy = join(app.folder, "cnn.mjs");
        await download.saveAs(copy);
        const { model } = (await import(pathToFileURL(copy).href)) as { model: { testAccuracy: number } };
        assert.ok(model.testAccuracy > 0.99, path);
      }
      await page.getByLabel("A checkpoint, .safetensors").setInputFiles("package.json");
      await page
        .getByRole("alert")
        .getByText(/package\.json/)
        .waitFor();
    },
    "#train",
  );
});

test("where the browser keeps nothing, a network that is taken into Draw reads there, and how long is said", async () => {
  await withTraining(
    app,
    async (page) => {
      await page.evaluate(() => {
        // As a browser does that has no room left.
        IDBObjectStore.prototype.put = () => {
          throw new DOMException("There is no room left.", "QuotaExceededError");
        };
      });
      await page.getByLabel("A checkpoint, .safetensors").setInputFiles("models/pretrained/linear.safetensors");
      await page.getByText(/^weights |; weights /).waitFor();
      await button(page, "Use it in Draw").click();
      await page.getByText("reads with these weights now. That lasts until this page is closed").waitFor();
      await page.getByRole("status").getByRole("link", { name: "Draw" }).click();
      await page.getByText("The linear model is from a file.").waitFor();
    },
    "#train",
  );
});

test("a network that is taken into Draw while those that read are on their way reads there when they are", async () => {
  const late = gate();
  await withTraining(
    app,
    async (page) => {
      await page.getByLabel("A checkpoint, .safetensors").setInputFiles("models/pretrained/linear.safetensors");
      await page.getByText(/^weights |; weights /).waitFor();
      await button(page, "Use it in Draw").click();
      late.open();
      await page.getByText("reads with these weights now.").waitFor();
      await page.getByRole("link", { name: "Draw", exact: true }).first().click();
      await page.getByText("The linear model is from a file.").waitFor();
    },
    "#train",
    {
      // It would have kept them by now.
      serviceWorkers: "block",
      forgives: /Service Worker/,
      ready: async (page) => {
        await page.route("**/linear-*.safetensors", (route) => late.opened.then(() => route.continue()));
        await page.reload();
        await heading(page, "Ready to train").waitFor();
      },
    },
  );
});

test("digits of one's own: files, a folder of pictures, and what is wrong with them", async () => {
  await withTraining(
    app,
    async (page) => {
      const files = page.getByLabel("Files in MNIST's format");
      await files.setInputFiles(["data/mnist-sample/t10k-images-idx3-ubyte.gz"]);
      await page
        .getByRole("alert")
        .getByText(/^t10k-images-idx3-ubyte\.gz holds images; the file with their labels is missing\.$/)
        .waitFor();
      assert.ok(await button(page, "Start training").isDisabled());
      const names = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
      await files.setInputFiles(names.map((name) => `data/mnist-sample/${name}-ubyte.gz`));
      await page.getByText("10,000 to learn from, 10,000 for the test").waitFor();
      assert.match(
        (await page.locator(".train-copy code").textContent()) ?? "",
        /^npx mnist train --data sample --limit 1000 /,
      );
      await page.getByLabel("A folder of pictures").setInputFiles("docs/digits");
      await page.getByRole("alert").getByText("There are no pictures in folders named 0 to 9").waitFor();
      const pictures = join(app.folder, "my digits");
      for (let digit = 0; digit < 10; digit++) {
        mkdirSync(join(pictures, String(digit)), { recursive: true });
        for (const copy of "abc") cpSync(`docs/digits/${digit}.png`, join(pictures, `${digit}`, `${copy}.png`));
      }
      await page.getByLabel("A folder of pictures").setInputFiles(pictures);
      await page.getByText("30 to learn from, a sixth of them set aside").waitFor();
      await page.getByText("only this page reads pictures").waitFor();
      // Kept on the device.
      await page.reload();
      await page.getByText("30 to learn from").waitFor();
      await start(page);
      await hashOf(page);
      await page.getByText(/^Trained on pictures of my digits/).waitFor();
    },
    "#train?data=own&model=linear&epochs=1&limit=1000",
  );
});

test.run();
