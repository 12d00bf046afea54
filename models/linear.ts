// Softmax regression: the smallest network there is, 7,850 parameters. What it reads of MNIST's test digits: docs/results.md.
//
//   layer     output        parameters
//   input     [N, 28, 28, 1]
//   flatten   [N, 784]
//   fc        [N, 10]       784·10 + 10

import { Flatten } from "../lib/nn/flatten.ts";
import { Linear } from "../lib/nn/linear.ts";
import { Sequential } from "../lib/nn/sequential.ts";

/**
 * @param options.seed of the initial values; default 0
 * @returns a network from normalised images [N, 28, 28, 1] to logits [N, 10]
 */
export function linear({ seed = 0 }: { seed?: number } = {}): Sequential {
  return new Sequential({ flatten: new Flatten(), fc: new Linear(784, 10) }, { seed });
}
