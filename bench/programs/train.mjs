// Trains the CNN at batch 64 on as many pictures as MNIST has, on all processors; says how much memory it took at most.

import process from "node:process";
import v8 from "node:v8";
import { AdamW, Dataset, setThreads, supportsVariant, Trainer, tensor } from "../../dist/index.js";
import { cnn } from "../../dist/models.js";

const PICTURES = 60_000;
const STEPS = 200;

if (!supportsVariant("relaxed")) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
await setThreads("auto");
const model = cnn({ seed: 0 });
const images = tensor(new Uint8Array(PICTURES * 784), [PICTURES, 28, 28], "u8");
images.data.forEach((_, i, data) => {
  data[i] = (i * 2654435761) >>> 24;
});
const labels = tensor(new Uint8Array(PICTURES), [PICTURES], "u8");
labels.data.forEach((_, i, data) => {
  data[i] = i % 10;
});
const data = new Dataset({ name: "noise", images, labels, digest: "noise" });
const enough = new AbortController();
const trainer = new Trainer(model, {
  optimizer: new AdamW(model.parameters(), { lr: 1e-3 }),
  epochs: 1,
  batchSize: 64,
  signal: enough.signal,
  onStep: ({ step, loss }) => {
    if (!Number.isFinite(loss)) throw new Error(`the loss is ${loss}`);
    if (step === STEPS) enough.abort("enough");
  },
});
await trainer.fit(data, data.take(1)).catch((reason) => {
  if (reason !== "enough") throw reason;
});
// In kilobytes of 1024 bytes.
console.log(JSON.stringify({ peakBytes: process.resourceUsage().maxRSS * 1024 }));
