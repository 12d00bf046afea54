// npm run writers: whether MNIST's images are in the order of their writers. If they are, those that stand near each
// other slant alike and press alike, whichever digits they are; shuffled, they do not. Among the training images it is every
// other one: two groups of writers take turns.

import { loadMnist } from "../data/index.node.ts";
import type { DigitSet } from "../data/index.ts";
import { permutation } from "../lib/index.ts";
import { parse, readOptions } from "./options.ts";
import { print } from "./print.ts";
import { correlation, standardised, traitsOf } from "./writer_traits.ts";

const APART = [1, 2, 3, 10, 100, 500, 2000];
const USAGE = `npm run writers: how alike MNIST's digits are in slant and ink that stand 1, 2, … places apart

  the correlation, what is due to the digit itself being taken out; beside it, that of the same images shuffled`;

readOptions("writers", USAGE, (args) => parse(args, {}));
const { train, test } = await loadMnist({ validation: 0 });
print(`${"places apart".padEnd(28)}${APART.map((apart) => String(apart).padStart(8)).join("")}`);
for (const set of [train, test]) show(set);

function show({ name, images, labels }: DigitSet): void {
  const [, height, width] = images.shape;
  const order = permutation(images.shape[0], { seed: 0 });
  for (const [trait, values] of Object.entries(traitsOf(images.data, width, height))) {
    const inOrder = standardised(values, labels.data);
    for (const [how, each] of [
      ["", inOrder],
      [", shuffled", inOrder.map((_, i) => inOrder[order[i]])],
    ] as const) {
      const cells = APART.map((apart) => correlation(each, apart).toFixed(3).padStart(8));
      print(`${`${name.split(" without")[0]}: ${trait}${how}`.padEnd(28)}${cells.join("")}`);
    }
  }
}
