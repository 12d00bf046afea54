// simdgrad's side of `npm run bench:peers`, as users have it: from dist/.
//
//   node bench/peers/simdgrad.mjs FOLDER VARIANT THREADS

import { readFileSync } from "node:fs";
import process from "node:process";
import v8 from "node:v8";
import {
  Adam,
  backward,
  crossEntropy,
  loadStateDict,
  noGrad,
  runtimeInfo,
  scope,
  setThreads,
  supportsVariant,
  tensor,
  useKernels,
  VERSION,
} from "../../dist/index.js";
import { cnn } from "../../dist/models.js";
import { readTask, serve } from "./serve.mjs";

const [folder, variant, threads] = process.argv.slice(2);
if (variant === "relaxed") {
  if (!supportsVariant("relaxed")) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  if (runtimeInfo().variant !== "relaxed") throw new Error("this Node has no relaxed SIMD");
} else {
  useKernels(new WebAssembly.Module(readFileSync(new URL("../../dist/kernels.simd.wasm", import.meta.url))));
}
if ((await setThreads(Number(threads))) !== Number(threads)) throw new Error(runtimeInfo().singleThreadBecause);

const { state, images, labels } = readTask(folder);

function model(dropout) {
  const network = cnn({ dropout });
  loadStateDict(network, state);
  return network;
}

function operands(batch) {
  return {
    x: tensor(images(batch), [batch, 28, 28, 1]).keep(),
    y: tensor(labels(batch), [batch], "i32").keep(),
  };
}

function trainee(batch, dropout) {
  const network = model(dropout);
  const optimizer = new Adam(network.parameters(), { lr: 1e-3 });
  const { x, y } = operands(batch);
  const loss = () => crossEntropy(network.forward(x), y);
  const step = () =>
    scope(() => {
      optimizer.zeroGrad();
      backward(loss());
      optimizer.step();
    });
  return { loss, step };
}

await serve(VERSION, {
  train(batch) {
    return {
      check() {
        const { loss, step } = trainee(batch, 0);
        const first = scope(() => loss().item());
        step();
        return [first, scope(() => loss().item())];
      },
      run: trainee(batch, 0.5).step,
    };
  },
  infer(batch) {
    const network = model(0);
    network.eval();
    const { x } = operands(batch);
    const logits = () => scope(() => noGrad(() => network.forward(x)).data.slice());
    return { check: logits, run: logits };
  },
});
