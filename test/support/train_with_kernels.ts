// A program: trains the CNN for 200 steps, with dropout and augmentation, and prints what its weights hash to.
//
//   node --import tsx test/support/train_with_kernels.ts wide|relaxed THREADS

import { createHash } from "node:crypto";
import process from "node:process";
import { enableRelaxedSimd, enableWideSimd } from "../../data/index.node.ts";
import { syntheticDigits } from "../../data/synthetic.ts";
import { AdamW } from "../../lib/optim/adam.ts";
import { runtimeInfo } from "../../lib/runtime/info.ts";
import { setThreads } from "../../lib/runtime/threads.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import { cnn } from "../../models/cnn.ts";
import { weightsOf } from "./resumed_run.ts";

const [kernels, threads] = process.argv.slice(2);
const EPOCHS = 4;
const STEPS = 50;
const BATCH = 64;

enableRelaxedSimd();
if (kernels === "wide") await enableWideSimd();
await setThreads(Number(threads));
// The last batch of an epoch is a smaller one.
const [train, validation] = syntheticDigits({ count: STEPS * BATCH + 11 }).split(21, { seed: 1 });
const model = cnn({ seed: 2 });
await new Trainer(model, {
  optimizer: new AdamW(model.parameters(), { lr: 0.002 }),
  epochs: EPOCHS,
  batchSize: BATCH,
  seed: 9,
  augment: { rotate: 10, shift: 2, scale: 0.1, elastic: 2, thickness: 0.5, blur: 0.5, noise: 0.1 },
}).fit(train, validation);
const { variant, arithmetic, threads: taking } = runtimeInfo();
const sha256 = createHash("sha256").update(weightsOf(model)).digest("hex");
console.log(JSON.stringify({ variant, arithmetic, threads: taking, steps: EPOCHS * STEPS, sha256 }));
await setThreads(1);
