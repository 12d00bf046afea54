// exportMjs: a trained network as one ES module, which needs nothing else.

import { JUDGING, LICENSE, RUNTIME } from "../../build/export.js";
import inferenceKernels from "../../build/kernels.inference.js";
import { MNIST_MEAN, MNIST_STD } from "../../data/mnist.ts";
import { formatCount } from "../../lib/base/format_count.ts";
import { base64 } from "./base64.ts";
import { planOf } from "./export_plan.ts";
import type { ExportableModel } from "./exportable_model.ts";
import { literal } from "./literal.ts";
import { type ModelCard, modelCard } from "./model_card.ts";

/**
 * The module: `predict`, `model`, the forward kernels and the parameters, batch normalisation folded in. The same
 * weights and metadata give the same bytes.
 *
 * @throws {OptionError} a layer that an exported module has no code for, by name
 * @example const bytes = exportMjs({ name: "cnn", network, metadata }); // of digit.mjs
 */
export function exportMjs(model: ExportableModel): Uint8Array {
  const card = modelCard(model);
  return new TextEncoder().encode(moduleText(model, card, literal(card, 2)));
}

/**
 * Declarations only, so that it can stand in a page's script too. Its code and its comments are ours alone: what a checkpoint
 * says of itself stands in the card.
 *
 * @param cardText an expression whose value is the card
 */
export function moduleText({ network, metadata }: ExportableModel, card: ModelCard, cardText: string): string {
  const { layers, parameters } = planOf(network);
  const constants = {
    LAYERS: layers,
    MEAN: MNIST_MEAN,
    STD: MNIST_STD,
    KERNELS: inferenceKernels,
    PARAMETERS: base64(new Uint8Array(parameters.buffer)),
  };
  return [
    headerOf(card, metadata.dataset),
    `export const model = ${cardText};`,
    RUNTIME.trim(),
    metadata.digitLikeness === null ? "const JUDGING = null;" : JUDGING.trim(),
    ...Object.entries(constants).map(([name, value]) => `const ${name} = ${literal(value)};`),
    `${LICENSE.trim().replace(/^/gm, "// ").replace(/ $/gm, "")}\n`,
  ].join("\n\n");
}

function headerOf(card: ModelCard, dataset: string | null): string {
  const { kind, parameters, testAccuracy, testedOn, weightsSha256, madeBy } = card;
  const isOurs = dataset === null || dataset === "mnist" || dataset === "synthetic";
  const accuracy =
    testAccuracy === null
      ? "Its test accuracy was not recorded."
      : isOurs
        ? `${(100 * testAccuracy).toFixed(2)} % of ${testedOn} right.`
        : "`model` says how many images of which data set it reads right.";
  return `// Reads handwritten digits: ${kind} of ${formatCount(parameters)} parameters, with all it needs. ${accuracy}
//
//   import { predict, model } from "./digit.mjs";
//   const { digit, probabilities, logits, isDigit, reason } = predict(pixels);
//
// pixels are 28×28 values, row by row, from 0 for paper to 255 for ink: white on black, the digit 20 pixels large, its
// centre of mass in the middle, as MNIST has it. An array, a Uint8Array or a Float32Array. Nothing is fetched, nothing
// is awaited; it runs in Node ≥ 20, in browsers and on the edge. The first call loads the network. Where the picture is
// unlike any digit, isDigit is false and reason says why; null where this network was not taught to tell.
//
// Weights: sha256 ${weightsSha256}, 32-bit floats; batch normalisation is folded in.
// Made by ${madeBy}. MIT License, at the end of this file.`;
}
