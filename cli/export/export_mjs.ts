// A trained network as one ES module, which needs nothing else: `mnist export --format mjs`.

import { LICENSE, RUNTIME } from "../../build/export.js";
import inferenceKernels from "../../build/kernels.inference.js";
import { MNIST_MEAN, MNIST_STD } from "../../lib/index.ts";
import type { LoadedModel } from "../checkpoints/checkpoints.ts";
import { formatCount, formatPercent } from "../terminal/format.ts";
import { type ModelCard, modelCard } from "./model_card.ts";
import { planOf } from "./plan.ts";

/**
 * The module's text: `predict`, `model`, the forward kernels and the parameters, batch normalisation folded in. The
 * same weights and metadata give the same bytes.
 *
 * @throws {OptionError} a network other than those in models/
 * @example writeFileSync("digit.mjs", exportMjs(loadModel({ model: "cnn" })));
 */
export function exportMjs(loaded: LoadedModel): Uint8Array {
  return new TextEncoder().encode(moduleText(loaded));
}

/** Declarations only, so that it can stand in a page's script too; without "<" in what a checkpoint brings along. */
export function moduleText(loaded: LoadedModel): string {
  const { layers, parameters } = planOf(loaded.network);
  const card = modelCard(loaded);
  const constants = {
    LAYERS: layers,
    MEAN: MNIST_MEAN,
    STD: MNIST_STD,
    KERNELS: inferenceKernels,
    PARAMETERS: Buffer.from(parameters.buffer).toString("base64"),
  };
  return [
    headerOf(card),
    `export const model = ${literal(card, 2)};`,
    RUNTIME.trim(),
    ...Object.entries(constants).map(([name, value]) => `const ${name} = ${literal(value)};`),
    `${LICENSE.trim().replace(/^/gm, "// ").replace(/ $/gm, "")}\n`,
  ].join("\n\n");
}

/** Figures and digests only: no text of the checkpoint's reaches the comment. */
function headerOf({ name, parameters, testAccuracy, testedOn, weightsSha256, madeBy }: ModelCard): string {
  const what = name === "cnn" ? "a convolutional network" : "softmax regression";
  const accuracy =
    testAccuracy === null
      ? "Its test accuracy was not recorded."
      : `${formatPercent(testAccuracy)} of ${testedOn} right.`;
  return `// Reads handwritten digits: ${what} of ${formatCount(parameters)} parameters, with all it needs. ${accuracy}
//
//   import { predict, model } from "./digit.mjs";
//   const { digit, probabilities, logits } = predict(pixels);
//
// pixels are 28×28 values, row by row, from 0 for paper to 255 for ink: white on black, the digit 20 pixels large, its
// centre of mass in the middle, as MNIST has it. An array, a Uint8Array or a Float32Array. Nothing is fetched, nothing
// is awaited; it runs in Node ≥ 20, in browsers and on the edge. The first call loads the network.
//
// Weights: sha256 ${weightsSha256}, 32-bit floats; batch normalisation is folded in.
// Made by ${madeBy}. MIT License, at the end of this file.`;
}

/** JSON is JavaScript, but for two characters that end a line; "<" could end a script in a page. */
function literal(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
