// TensorFlow.js's side of `npm run bench:peers`: its WebAssembly backend with SIMD. In inference BatchNorm is folded, as its
// converter does.
//
//   node bench/peers/tfjs.mjs FOLDER THREADS

import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import { firstImages, labels, readTask, serve } from "./serve.mjs";

const BN_EPS = 1e-5;
const [LR, DECAY] = [1e-3, { adam: 0, adamw: 0.01 }];
const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
wasm.setThreadsCount(Number(process.argv[3]));
await tf.setBackend("wasm");
if (tf.getBackend() !== "wasm") throw new Error("its WebAssembly backend does not start");

const { network, state, x } = readTask(process.argv[2]);
const stored = (name) => tf.tensor(state[name].data, [...state[name].shape]);
/** PyTorch's layouts turned into TensorFlow's: OIHW to HWIO, [out, in] to [in, out]. */
const weightOf = (path) =>
  tf.transpose(stored(`${path}.weight`), state[`${path}.weight`].shape.length === 4 ? [2, 3, 1, 0] : [1, 0]);
const biasOf = (path) => (state[`${path}.bias`] ? stored(`${path}.bias`) : tf.scalar(0));

/** A convolution's filter and bias, with the normalisation behind it folded in where there is one. */
function filterOf(path, bnPath) {
  return tf.tidy(() => {
    const [filter, bias] = [weightOf(path), biasOf(path)];
    if (bnPath === null) return { filter, bias };
    const scale = tf.div(stored(`${bnPath}.weight`), tf.sqrt(tf.add(stored(`${bnPath}.running_var`), BN_EPS)));
    const shifted = tf.sub(bias, stored(`${bnPath}.running_mean`));
    return { filter: tf.mul(filter, scale), bias: tf.add(tf.mul(shifted, scale), stored(`${bnPath}.bias`)) };
  });
}

/** The layers for inference, as functions from one result to the next. */
function compile(layers, path = "") {
  const rest = Object.entries(layers).filter(([, { type }]) => type !== "dropout");
  /** The path of the next layer, if it is of this type. */
  const take = (type) => (rest[0]?.[1].type === type ? path + rest.shift()[0] : null);
  const steps = [];
  while (rest.length > 0) {
    const [name, layer] = rest.shift();
    const at = path + name;
    if (layer.type === "conv") {
      const weights = filterOf(at, take("batchNorm"));
      const activation = take("relu") ? "relu" : "linear";
      const { stride, padding } = layer;
      steps.push((h) => tf.fused.conv2d({ x: h, ...weights, strides: stride, pad: padding, activation }));
    } else if (layer.type === "linear") {
      const weights = { b: tf.tidy(() => weightOf(at)), bias: biasOf(at) };
      const activation = take("relu") ? "relu" : "linear";
      steps.push((h) => tf.fused.matMul({ a: h, ...weights, activation }));
    } else if (layer.type === "residual") {
      const main = compile(layer.main, `${at}.main.`);
      const shortcut = layer.shortcut ? compile(layer.shortcut, `${at}.shortcut.`) : (h) => h;
      steps.push((h) => tf.add(main(h), shortcut(h)));
    } else {
      steps.push(simple[layer.type](layer));
    }
  }
  return (h) => steps.reduce((value, step) => step(value), h);
}

const simple = {
  relu: () => tf.relu,
  maxPool:
    ({ size }) =>
    (h) =>
      tf.maxPool(h, size, size, "valid"),
  meanPool: () => (h) => tf.mean(h, [1, 2], true),
  flatten: () => (h) => tf.reshape(h.shape[1] === 1 ? h : tf.transpose(h, [0, 3, 1, 2]), [h.shape[0], -1]),
};

function pictures(batch) {
  const { data, shape } = firstImages(x, batch);
  return tf.tidy(() => {
    const images = tf.tensor(data, shape);
    return shape.length === 4 ? tf.transpose(images, [0, 2, 3, 1]) : images;
  });
}

const convolution = Object.entries(network.layers).find(([, { type }]) => type === "conv");

/** One gradient of a convolution's filter shows whether training it is possible at all. */
function tryFilterGradient([name, { stride, padding }], images) {
  const filter = tf.tidy(() => weightOf(name));
  const loss = (w) => tf.mean(tf.conv2d(images, w, stride, padding));
  tf.tidy(() => tf.grad(loss)(filter).dataSync());
  throw new Error("it has learned to: write the training of convolutions that it lacked until 4.22");
}

/** Linear layers and ReLU, on variables. */
function trainee(batch) {
  const images = pictures(batch);
  if (convolution) tryFilterGradient(convolution, images);
  const variables = {};
  for (const [name, { type }] of Object.entries(network.layers)) {
    if (type !== "linear") continue;
    variables[name] = [tf.tidy(() => weightOf(name)), biasOf(name)].map((value) => tf.variable(value));
  }
  const y = tf.oneHot(tf.tensor1d(labels(batch), "int32"), 10);
  const optimizer = tf.train.adam(LR, 0.9, 0.999, 1e-8);
  const keep = 1 - LR * DECAY[network.optimizer];
  const forward = () =>
    Object.entries(network.layers).reduce((h, [name, { type }]) => {
      if (type === "relu") return tf.relu(h);
      const [w, b] = variables[name];
      return tf.add(tf.matMul(h, w), b);
    }, images);
  const loss = () => tf.losses.softmaxCrossEntropy(y, forward());
  return {
    loss: () => tf.tidy(() => loss().dataSync()[0]),
    step() {
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss);
        // What decays is the parameters before the step; their gradients are known by then.
        if (keep !== 1) for (const variable of Object.values(variables).flat()) variable.assign(tf.mul(variable, keep));
        optimizer.applyGradients(grads);
      });
    },
  };
}

await serve(
  { version: tf.version.tfjs, build: "WebAssembly with SIMD, XNNPACK" },
  {
    train(batch) {
      const { loss, step } = trainee(batch);
      return {
        check() {
          const first = loss();
          step();
          return [first, loss()];
        },
        run: step,
      };
    },
    infer(batch) {
      const images = pictures(batch);
      const forward = compile(network.layers);
      const logits = () => tf.tidy(() => forward(images).dataSync());
      return { check: logits, run: logits };
    },
  },
);
