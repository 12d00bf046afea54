// Training steps of a network on noise, for so long; prints how many milliseconds each took.
//
//   node bench/programs/steps.mjs THREADS SECONDS [wide|relaxed [NETWORK]]
//
// NETWORK is one of bench/peers/networks.ts as JSON; without it, the CNN at batch 64.

import process from "node:process";
import * as simdgrad from "../../dist/index.js";
import { cnn } from "../../dist/models.js";
import { enableRelaxedSimd, enableWideSimd } from "../../dist/node.js";
import { operands, stepOf, trainee } from "../peers/trainee.mjs";

const { Adam, crossEntropy, setThreads } = simdgrad;
const WARM_UP_STEPS = 20;
const [threads, seconds] = process.argv.slice(2, 4).map(Number);
const [kernels = "relaxed", description] = process.argv.slice(4);

enableRelaxedSimd();
const notWideBecause = kernels === "wide" ? await enableWideSimd() : null;
if (notWideBecause !== null) throw new Error(`no wide kernels: ${notWideBecause}`);
if ((await setThreads(threads)) !== threads) throw new Error(`this host has no ${threads} threads`);
const { batch, step } = description ? described(JSON.parse(description)) : theCnn();
const times = [];
for (let i = 0, end = Number.POSITIVE_INFINITY; performance.now() < end; i++) {
  const started = performance.now();
  if (i === WARM_UP_STEPS) end = started + 1000 * seconds;
  step();
  if (i >= WARM_UP_STEPS) times.push(performance.now() - started);
}
console.log(JSON.stringify({ batch, times }));
await setThreads(1);

function described(network) {
  const { batch, input } = network;
  return { batch, step: trainee(simdgrad, network, noise([batch, ...input]), batch, null, true).step };
}

function theCnn() {
  const batch = 64;
  const model = cnn({ seed: 0 });
  const { images, labels } = operands(simdgrad, noise([batch, 1, 28, 28]), batch);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return { batch, step: stepOf(simdgrad, optimizer, () => crossEntropy(model.forward(images), labels)) };
}

/** From −1 to 1. */
function noise(shape) {
  const length = shape.reduce((all, size) => all * size);
  return { shape, data: Float32Array.from({ length }, (_, i) => ((i * 2654435761) % 2 ** 32) / 2 ** 31 - 1) };
}
