// The shortest way from the library to a result; bench/program.ts times it from the start of the process.

import { noGrad, tensor } from "../../dist/index.js";
import { cnn } from "../../dist/models.js";

const model = cnn({ seed: 0 });
model.eval();
const x = tensor(
  Array.from({ length: 784 }, (_, i) => (i % 7) / 7),
  [1, 28, 28, 1],
);
const logits = noGrad(() => model.forward(x));
console.log(JSON.stringify([...logits.data]));
