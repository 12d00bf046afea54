// A page that loads the kernels itself, by simdgrad/slim: bundled and minified, as it would be shipped.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bundleForPage, inBrowser } from "../support/browser.ts";
import { DIGIT_STROKES } from "../support/digit_strokes.ts";

const test = suite("simdgrad/slim in a browser");

for (const isIsolated of [true, false]) {
  test(`drawings are read in a page that is ${isIsolated ? "" : "not "}cross-origin isolated`, async () => {
    const worker = await bundleForPage(`
      export { load } from "./bench/programs/inference_page.mjs";
      export { pictureOf } from "simdgrad/slim/data";
      export { runtimeInfo } from "simdgrad/slim";
    `);
    const drawings = Object.values(DIGIT_STROKES);
    const script = `
      const { load, pictureOf, runtimeInfo } = await import("/worker.mjs");
      const kernels = { simd: "/dist/kernels.simd.wasm", relaxed: "/dist/kernels.relaxed.wasm" };
      const read = await load(kernels, "/models/pretrained/cnn.safetensors");
      const answers = ${JSON.stringify(drawings)}.map((strokes) => read(pictureOf(strokes)));
      report({ answers, info: runtimeInfo() });
    `;
    const { answers, info } = (await inBrowser({ script, worker, isIsolated })) as {
      answers: number[][];
      info: { isMemoryShared: boolean; maximumBytes: number };
    };
    const digits = answers.map((probabilities) => probabilities.indexOf(Math.max(...probabilities)));
    assert.equal(digits, Object.keys(DIGIT_STROKES).map(Number));
    assert.is(info.isMemoryShared, isIsolated);
    assert.is(info.maximumBytes, 2 ** 32);
  });
}

test.run();
