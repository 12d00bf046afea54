// The least that a page loads to read drawings with the CNN: bench/program.ts takes its size, and
// test/browser/slim.browser.ts runs it.

import { preprocessDigit } from "../../dist/slim/data.js";
import { decodeCheckpoint, noGrad, softmax, supportsVariant, tensor, useKernels } from "../../dist/slim/index.js";
import { cnn } from "../../dist/slim/models.js";

const MNIST_MEAN = 0.1307;
const MNIST_STD = 0.3081;

/**
 * @param kernels    of the URL of each variant's `.wasm` file
 * @param checkpoint the URL of a safetensors file
 * @returns what gives the probabilities of the ten digits for a picture (width, height, RGBA)
 */
export async function load(kernels, checkpoint) {
  const bytes = async (url) => (await fetch(url)).arrayBuffer();
  useKernels(await bytes(kernels[supportsVariant("relaxed") ? "relaxed" : "simd"]));
  const model = cnn();
  decodeCheckpoint(model, new Uint8Array(await bytes(checkpoint)), checkpoint);
  model.eval();
  return (picture) => {
    const pixels = Float32Array.from(preprocessDigit(picture).pixels, (v) => (v / 255 - MNIST_MEAN) / MNIST_STD);
    return noGrad(() => Array.from(softmax(model.forward(tensor(pixels, [1, 28, 28, 1]))).data));
  };
}
