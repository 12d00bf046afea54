// jax-js's side of `npm run bench:peers`: its WebAssembly backend, everything inside jit().
//
//   node bench/peers/jax.mjs FOLDER THREADS
//
// An array is used up by being passed on; `.ref` keeps it for another use.

import process from "node:process";
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { firstImages, labels, readTask, serve, versionOf } from "./serve.mjs";

const [LR, BETA1, BETA2, EPS] = [1e-3, 0.9, 0.999, 1e-8];
const DECAY = { adam: 0, adamw: 0.01 };
const BN_EPS = 1e-5;
const MOMENTUM = 0.1;

await init("wasm");
defaultDevice("wasm");
const { network, state, x: stored } = readTask(process.argv[2]);
const isStatistic = (name) => name.includes("running_");

/** Fresh arrays of the state's tensors whose name is accepted. */
function load(accepts) {
  const names = Object.keys(state).filter((name) => state[name].dtype === "F32" && accepts(name));
  return Object.fromEntries(names.map((name) => [name, arrayOf(state[name])]));
}

function arrayOf({ data, shape }) {
  return np.array(data.slice()).reshape([...shape]);
}

const perChannel = (v) => v.reshape([1, v.shape[0], 1, 1]);

/** The mean of each channel, and its (biased) variance. */
function statisticsOf(h) {
  const mean = np.mean(h.ref, [0, 2, 3]);
  const variance = np.mean(np.square(h.sub(perChannel(mean.ref))), [0, 2, 3]);
  return [mean, variance];
}

/**
 * What a layer makes of h, by its type. Of `mode`:
 *
 *   p          the parameters by their paths, each of which is used once
 *   statistics (h, path) → the mean and variance to normalise with
 *   dropout    (h, rate) → h
 */
const apply = {
  linear: (h, _, path, { p }) => np.matmul(h, np.transpose(p[`${path}.weight`])).add(p[`${path}.bias`]),
  conv(h, { stride, padding, bias }, path, { p }) {
    const around = [padding, padding];
    const y = lax.conv(h, p[`${path}.weight`], [stride, stride], [around, around]);
    return bias ? y.add(perChannel(p[`${path}.bias`])) : y;
  },
  batchNorm(h, _, path, { p, statistics }) {
    const [mean, variance] = statistics(h.ref, path);
    const scale = p[`${path}.weight`].div(np.sqrt(variance.add(BN_EPS)));
    return h
      .sub(perChannel(mean))
      .mul(perChannel(scale))
      .add(perChannel(p[`${path}.bias`]));
  },
  relu: (h) => nn.relu(h),
  maxPool(h, { size }) {
    const [n, c, height, width] = h.shape;
    return np.max(h.reshape([n, c, height / size, size, width / size, size]), [3, 5]);
  },
  meanPool: (h) => np.mean(h, [2, 3]),
  flatten: (h) => h.reshape([h.shape[0], -1]),
  dropout: (h, { rate }, _, mode) => mode.dropout(h, rate),
  residual(h, { main, shortcut }, path, mode) {
    const y = forward(main, `${path}.main.`, h.ref, mode);
    return y.add(shortcut ? forward(shortcut, `${path}.shortcut.`, h, mode) : h);
  },
};

function forward(layers, path, x, mode) {
  return Object.entries(layers).reduce((h, [name, layer]) => apply[layer.type](h, layer, path + name, mode), x);
}

const keep = (h) => h;

/** Each dropout has a key of its own. */
function masked(key) {
  const count = Object.values(network.layers).filter(({ type }) => type === "dropout").length;
  if (count === 0) {
    key.dispose();
    return keep;
  }
  const keys = [...random.split(key, count)];
  return (h, rate) => {
    const isKept = random.bernoulli(keys.shift(), 1 - rate, h.shape).astype(np.float32);
    return h.mul(isKept).div(1 - rate);
  };
}

/** The loss, and beside it the running statistics as this batch leaves them. */
function lossOf(p, running, x, y, dropout) {
  const updated = {};
  const statistics = (h, path) => {
    const [n, , height, width] = h.shape;
    const unbias = (n * height * width) / (n * height * width - 1);
    const [mean, variance] = statisticsOf(h);
    const blend = (name, value) => {
      updated[name] = running[name].mul(1 - MOMENTUM).add(lax.stopGradient(value).mul(MOMENTUM));
    };
    blend(`${path}.running_mean`, mean.ref);
    blend(`${path}.running_var`, variance.ref.mul(unbias));
    return [mean, variance];
  };
  const logits = forward(network.layers, "", x, { p, statistics, dropout });
  const batch = logits.shape[0];
  const loss = nn
    .logSoftmax(logits)
    .mul(nn.oneHot(y, 10))
    .sum()
    .mul(-1 / batch);
  return [loss, updated];
}

function adam(p, gradient, first, second, steps) {
  const m = first.mul(BETA1).add(gradient.ref.mul(1 - BETA1));
  const v = second.mul(BETA2).add(np.square(gradient).mul(1 - BETA2));
  const mHat = m.ref.div(np.power(BETA1, steps.ref).mul(-1).add(1));
  const vHat = v.ref.div(np.power(BETA2, steps).mul(-1).add(1));
  const decayed = p.mul(1 - LR * DECAY[network.optimizer]);
  return [decayed.sub(mHat.mul(LR).div(np.sqrt(vHat).add(EPS))), m, v];
}

const trainStep = (hasDropout) =>
  jit((p, running, m, v, x, y, key, steps) => {
    const loss = (q) => lossOf(q, running, x, y, hasDropout ? masked(key) : keep);
    const [[value, updated], gradients] = valueAndGrad(loss, { hasAux: true })(tree.ref(p));
    const next = { p: {}, m: {}, v: {} };
    for (const name of Object.keys(p)) {
      [next.p[name], next.m[name], next.v[name]] = adam(p[name], gradients[name], m[name], v[name], steps.ref);
    }
    steps.dispose();
    return [value, next.p, updated, next.m, next.v];
  });

function trainee(batch, hasDropout) {
  const step = trainStep(hasDropout);
  let p = load((name) => !isStatistic(name));
  let running = load(isStatistic);
  let [m, v] = [0, 1].map(() => tree.map((a) => np.zeros(a.shape), p));
  const x = arrayOf(firstImages(stored, batch));
  const y = np.array(labels(batch), { dtype: np.int32 });
  let steps = 0;
  return async () => {
    let loss;
    const count = np.array([++steps]).reshape([]);
    [loss, p, running, m, v] = step(p, running, m, v, x.ref, y.ref, random.key(steps), count);
    await blockUntilReady([p, running, m, v]);
    return (await loss.data())[0];
  };
}

await serve(
  { version: versionOf("@jax-js/jax"), build: "WebAssembly" },
  {
    train(batch) {
      return {
        async check() {
          const step = trainee(batch, false);
          return [await step(), await step()];
        },
        run: trainee(batch, true),
      };
    },
    infer(batch) {
      const parameters = load(() => true);
      const x = arrayOf(firstImages(stored, batch));
      const statistics = (p) => (h, path) => {
        h.dispose();
        return [p[`${path}.running_mean`], p[`${path}.running_var`]];
      };
      const compiled = jit((p, input) =>
        forward(network.layers, "", input, { p, statistics: statistics(p), dropout: keep }),
      );
      const logits = () => compiled(tree.ref(parameters), x.ref).data();
      return { check: logits, run: logits };
    },
  },
);
