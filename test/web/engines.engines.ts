// The web app in Firefox and WebKit: it reads what is drawn, trains, keeps what it trained, and computes right.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeCheckpoint, weightsDigest } from "../../lib/index.ts";
import { linear } from "../../models/index.ts";
import { type RunningServer, startServer } from "../../serve/index.ts";
import { SAMPLES } from "../../web/draw/sample_strokes.ts";
import { Engine, type EngineName } from "../support/webdriver.ts";

const test = suite("the web app in other engines");

/** 200 steps of 64 images. */
const TRAINING = "#train?model=linear&epochs=4&seed=7&limit=3200";
/** The page's own window: Firefox' scripts see it through a glass that keeps what they set to themselves. */
const PAGE = "(window.wrappedJSObject ?? window)";
/** What the browser would save is at hand as `saved`. */
const KEEP_SAVED = `
  const page = ${PAGE};
  const make = page.URL.createObjectURL.bind(page.URL);
  page.URL.createObjectURL = (blob) => {
    page.saved = blob;
    return make(blob);
  };
`;
/** Has it chosen as a file. */
const OPEN_SAVED = `
  const input = document.querySelector("input[accept='.safetensors']");
  const files = new DataTransfer();
  files.items.add(new File([${PAGE}.saved], "home.safetensors"));
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
`;
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
  test(`${name}: draws, trains 200 steps, takes the checkpoint home and opens it, reads with it after a reload, tests itself`, async () => {
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

      await engine.run(KEEP_SAVED);
      await engine.press("Checkpoint");
      await engine.until(`${PAGE}.saved`);
      const bytes = await engine.run<number[]>(`return [...new Uint8Array(await ${PAGE}.saved.arrayBuffer())]`);
      const network = linear();
      decodeCheckpoint(network, Uint8Array.from(bytes));
      assert.is(weightsDigest(network), hash);
      await engine.run(OPEN_SAVED);
      await engine.until(`document.body.textContent.includes("home.safetensors is open.")`);
      await engine.until(`document.querySelector(".train-home").textContent.includes("weights ${hash}")`);

      await engine.press("Use it in Draw");
      await engine.until('document.body.textContent.includes("reads with these weights now.")');
      await engine.open(server.url);
      await engine.until(areReady);
      await engine.until('document.body.textContent.includes("is from a file")');

      await engine.run(`document.querySelector("button[aria-label='Settings']").click()`);
      await engine.press("Test it");
      await engine.until(
        '/\\d ms|kernels,|Wrong|Update/.test(document.querySelector(".settings-verdict").textContent)',
      );
      const verdict = await engine.run<string>('return document.querySelector(".settings-verdict").textContent');
      assert.match(verdict, /It does: \d{2,} checks in .* kernels/);
      console.log(`measured: ${name}, in the app:${verdict}`);
    } finally {
      await engine.close();
    }
  });
}

test.run();
