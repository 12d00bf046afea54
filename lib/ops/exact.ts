import { callSync } from "../base/call_sync.ts";

let exactly = false;

/** Whether convolutions are to be computed by their definition. */
export function isExact(): boolean {
  return exactly;
}

/**
 * Runs `body` with every convolution computed by its definition, sums of products, in place of Winograd's algorithm:
 *
 * - the error of an element is that of its own sum, at most K·2⁻²⁴·Σ|x·w| over its K = KH·KW·Cin terms (bias and all), and
 *   likewise for gradients;
 * - a NaN or ∞ reaches the outputs whose windows hold it and no others; what is finite overflows only where the sum does;
 * - what sees nothing but zeros is 0: where every unit of a window is dead, so is the gradient that would pass them.
 *
 * So `conv2d` and the layers made of it; `Sequential` takes its layers one after another and folds no normalisation, with
 * the same bits whether a gradient may follow or not. The gradients go the way of their own forward pass, wherever
 * `backward` is called. For saliency and the like, for inputs of extreme range, and for tests. Nests; elsewhere nothing changes.
 *
 * @returns what `body` returns
 * @throws {OptionError} `body` is no function, or async: what it awaits would run as usual
 *
 * Cost: a convolution that Winograd would do takes 2 to 4 times as long; others as before.
 * @example
 *   x.requiresGrad = true;
 *   backward(exact(() => crossEntropy(model.forward(x), y))); // x.grad: what the digit depends on
 */
export function exact<T>(body: () => T): T {
  const before = exactly;
  exactly = true;
  try {
    return callSync("exact", body);
  } finally {
    exactly = before;
  }
}
