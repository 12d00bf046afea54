// A small data set that a linear model learns within an epoch or two: images of 4×4, noise all over,
// and one bright row, which is the class.

import { Dataset } from "../../lib/data/dataset.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { uniform64 } from "../../lib/selftest/array64.ts";
import { tensor } from "../../lib/tensor/create.ts";

const SIDE = 4;

export function stripes(count: number, seed = 1): Dataset {
  const noise = uniform64([count, SIDE, SIDE], seed, 0, 100).data;
  const labels = Uint8Array.from({ length: count }, (_, n) => (n * 7 + (n >> 3)) % SIDE);
  const images = Uint8Array.from(noise, (value, i) => {
    const [n, row] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE];
    return value + (row === labels[n] ? 100 : 0);
  });
  return new Dataset({
    name: "stripes",
    images: tensor(images, [count, SIDE, SIDE], "u8"),
    labels: tensor(labels, [count], "u8"),
    classes: SIDE,
    normalization: { mean: 0.1307, std: 0.3081 },
  });
}

export function stripesModel(seed = 0): Sequential {
  return new Sequential({ flatten: new Flatten(), fc: new Linear(SIDE ** 2, SIDE) }, { seed });
}
