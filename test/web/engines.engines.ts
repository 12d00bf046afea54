// The web app in Firefox and WebKit: it reads what is drawn, trains, keeps what it trained, and computes right.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SelfTestReport } from "../../lib/selftest/index.ts";
import { type RunningServer, startServer } from "../../serve/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { bundleForPage } from "../support/browser.ts";
import { StaticHost } from "../support/static_host.ts";
import { Engine, type EngineName } from "../support/webdriver.ts";

const test = suite("the web app in other engines");

/** 200 steps of 64 images. */
const TRAINING = "#train?model=linear&epochs=4&seed=7&limit=3200";
const ENGINES: readonly EngineName[] = ["Firefox", "WebKit"];

let server: RunningServer;
const outputs = mkdtempSync(join(tmpdir(), "simdgrad-engines-"));
/** SCREENSHOTS=folder keeps them, to be looked at. */
const pictures = process.env.SCREENSHOTS ?? outputs;
test.before(async () => {
  mkdirSync(pictures, { recursive: true });
  server = await startServer({ port: 0, logLevel: "silent", outputs });
});
test.after(async () => {
  await server?.close();
  rmSync(outputs, { recursive: true });
});

for (const name of ENGINES) {
  test(`${name}: a drawn digit is read; 200 steps are trained, and what they made is read with after a reload`, async () => {
    const engine = await Engine.start(name);
    const areReady = '/of MNIST[\\s\\S]*of MNIST/.test(document.querySelector(".contest")?.textContent)';
    try {
      await engine.open(server.url);
      await engine.until(areReady);
      await engine.draw(".ink", SAMPLES[3]);
      await engine.until('document.querySelector(".digit").textContent === "3"');
      await engine.screenshot(join(pictures, `${name}-draw.png`));
      const isolation = await engine.run<string>(
        'return [crossOriginIsolated ? "isolated" : "not isolated", typeof SharedArrayBuffer].join(", SharedArrayBuffer is ")',
      );
      console.log(`measured: ${name} is ${isolation}`);

      await engine.run("location.hash = args[0]", TRAINING);
      await engine.press("Start training");
      await engine.until('document.querySelector(".train-hash code")');
      const hash = await engine.run<string>('return document.querySelector(".train-hash code").textContent');
      assert.match(hash, /^[0-9a-f]{8,}/);
      await engine.screenshot(join(pictures, `${name}-trained.png`));
      await engine.press("Use it in Draw");
      await engine.until('document.body.textContent.includes("reads with these weights now.")');
      await engine.open(server.url);
      await engine.until(areReady);
      await engine.until('document.body.textContent.includes("was trained in this page")');
    } finally {
      await engine.close();
    }
  });

  test(`${name}: the self-test passes`, async () => {
    const made = {
      "page.html": '<!doctype html><meta charset="utf-8"><title>self-test</title><link rel="icon" href="data:,">',
      "selftest.mjs": await bundleForPage('export { selfTest } from "simdgrad/selftest";'),
    };
    const host = new StaticHost(".", "/", {}, made);
    await host.start();
    const engine = await Engine.start(name);
    try {
      await engine.open(`${host.url}page.html`);
      const { passed, results } = await engine.run<SelfTestReport>(
        'const { selfTest } = await import("/selftest.mjs"); return JSON.parse(JSON.stringify(await selfTest()));',
      );
      assert.equal(
        results.filter((each) => !each.passed),
        [],
      );
      assert.ok(passed && results.length > 10);
    } finally {
      await engine.close();
      await host.stop();
    }
  });
}

test.run();
