// TensorFlow.js's side of `npm run bench:peers`: its WebAssembly backend with SIMD. BatchNorm is folded, as its
// converter does.
//
//   node bench/peers/tfjs.mjs FOLDER

import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import { readTask, serve } from "./serve.mjs";

const EPS = 1e-5;
const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
wasm.setThreadsCount(1);
await tf.setBackend("wasm");
if (tf.getBackend() !== "wasm") throw new Error("its WebAssembly backend does not start");

const { state, images, labels } = readTask(process.argv[2]);
const stored = (name) => tf.tensor(state[name].data, [...state[name].shape]);
/** PyTorch's layouts turned into TensorFlow's: OIHW to HWIO, [out, in] to [in, out]. */
const kernel = (name) =>
  tf.transpose(stored(`${name}.weight`), state[`${name}.weight`].shape.length === 4 ? [2, 3, 1, 0] : [1, 0]);

const convolutions = [1, 2, 3].map((i) =>
  tf.tidy(() => {
    const scale = tf.div(stored(`bn${i}.weight`), tf.sqrt(tf.add(stored(`bn${i}.running_var`), EPS)));
    const shifted = tf.sub(stored(`conv${i}.bias`), stored(`bn${i}.running_mean`));
    return {
      filter: tf.mul(kernel(`conv${i}`), scale),
      bias: tf.add(tf.mul(shifted, scale), stored(`bn${i}.bias`)),
    };
  }),
);
const linears = ["fc1", "fc2"].map((name) => ({ b: tf.tidy(() => kernel(name)), bias: stored(`${name}.bias`) }));

function forward(x) {
  let h = x;
  convolutions.forEach((layer, i) => {
    h = tf.fused.conv2d({ x: h, ...layer, strides: 1, pad: "same", activation: "relu" });
    h = i < 2 ? tf.maxPool(h, 2, 2, "valid") : tf.mean(h, [1, 2]);
  });
  linears.forEach((layer, i) => {
    h = tf.fused.matMul({ a: h, ...layer, activation: i === 0 ? "relu" : "linear" });
  });
  return h;
}

const pictures = (batch) => tf.tensor(images(batch), [batch, 28, 28, 1]);

await serve(tf.version.tfjs, {
  /** One gradient of a convolution's filter shows whether training is possible at all. */
  train(batch) {
    const x = pictures(batch);
    const y = tf.oneHot(tf.tensor1d(labels(batch), "int32"), 10);
    const { filter, bias } = convolutions[0];
    const loss = (w) => {
      const h = tf.mean(tf.relu(tf.add(tf.conv2d(x, w, 1, "same"), bias)), [1, 2]);
      return tf.losses.softmaxCrossEntropy(y, tf.slice(h, [0, 0], [batch, 10]));
    };
    tf.tidy(() => tf.grad(loss)(filter).dataSync());
    throw new Error("it has learned to: write the training step that it lacked until 4.22");
  },
  infer(batch) {
    const x = pictures(batch);
    const logits = () => tf.tidy(() => forward(x).dataSync());
    return { check: logits, run: logits };
  },
});
