// Training steps of the CNN at batch 64, on noise, for so long; prints how many milliseconds each took.
//
//   node bench/programs/steps.mjs THREADS SECONDS [wide]

import process from "node:process";
import { Adam, backward, crossEntropy, scope, setThreads, tensor } from "../../dist/index.js";
import { cnn } from "../../dist/models.js";
import { enableRelaxedSimd, enableWideSimd } from "../../dist/node.js";

const BATCH = 64;
const WARM_UP_STEPS = 20;
const [threads, seconds] = process.argv.slice(2, 4).map(Number);

enableRelaxedSimd();
const notWideBecause = process.argv[4] === "wide" ? await enableWideSimd() : null;
if (notWideBecause !== null) throw new Error(`no wide kernels: ${notWideBecause}`);
if ((await setThreads(threads)) !== threads) throw new Error(`this host has no ${threads} threads`);
const model = cnn({ seed: 0 });
const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
const pixels = Float32Array.from({ length: BATCH * 784 }, (_, i) => ((i * 2654435761) % 2 ** 32) / 2 ** 31 - 1);
const x = tensor(pixels, [BATCH, 28, 28, 1]).keep();
const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 10);
const y = tensor(labels, [BATCH], "i32").keep();
const times = [];
for (let step = 0, end = Number.POSITIVE_INFINITY; performance.now() < end; step++) {
  const started = performance.now();
  if (step === WARM_UP_STEPS) end = started + 1000 * seconds;
  scope(() => {
    optimizer.zeroGrad();
    backward(crossEntropy(model.forward(x), y));
    optimizer.step();
  });
  if (step >= WARM_UP_STEPS) times.push(performance.now() - started);
}
console.log(JSON.stringify({ batch: BATCH, times }));
await setThreads(1);
