// jax-js's side of `npm run bench:peers`: its WebAssembly backend, everything inside jit().
//
//   node bench/peers/jax.mjs FOLDER
//
// An array is used up by being passed on; `.ref` keeps it for another use.

import { readFileSync } from "node:fs";
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
import { readTask, serve } from "./serve.mjs";

const [LR, BETA1, BETA2, EPS] = [1e-3, 0.9, 0.999, 1e-8];
const BN_EPS = 1e-5;
const MOMENTUM = 0.1;

await init("wasm");
defaultDevice("wasm");
const { state, images, labels } = readTask(process.argv[2]);
const isStatistic = (name) => name.includes("running_");

/** Fresh arrays of the state's tensors whose name is accepted. */
function load(accepts) {
  const names = Object.keys(state).filter((name) => state[name].dtype === "F32" && accepts(name));
  const array = ({ data, shape }) => np.array(data.slice()).reshape([...shape]);
  return Object.fromEntries(names.map((name) => [name, array(state[name])]));
}

const perChannel = (v) => v.reshape([1, v.shape[0], 1, 1]);

/** The mean of each channel, and its (biased) variance. */
function statisticsOf(h) {
  const mean = np.mean(h.ref, [0, 2, 3]);
  const variance = np.mean(np.square(h.sub(perChannel(mean.ref))), [0, 2, 3]);
  return [mean, variance];
}

/**
 * @param statistics (h, layer) → the mean and variance to normalise with
 * @param dropout    (h, rate) → h
 */
function forward(p, x, statistics, dropout) {
  let h = x;
  for (const i of [1, 2, 3]) {
    const convolved = lax.conv(h, p[`conv${i}.weight`], [1, 1], "SAME");
    h = convolved.add(perChannel(p[`conv${i}.bias`]));
    const [mean, variance] = statistics(h.ref, i);
    const scale = p[`bn${i}.weight`].div(np.sqrt(variance.add(BN_EPS)));
    h = h
      .sub(perChannel(mean))
      .mul(perChannel(scale))
      .add(perChannel(p[`bn${i}.bias`]));
    h = nn.relu(h);
    const [n, c, size] = h.shape;
    h = i < 3 ? np.max(h.reshape([n, c, size / 2, 2, size / 2, 2]), [3, 5]) : np.mean(h, [2, 3]);
  }
  const linear = (a, name) => np.matmul(a, np.transpose(p[`${name}.weight`])).add(p[`${name}.bias`]);
  h = nn.relu(linear(dropout(h, 0.5), "fc1"));
  return linear(dropout(h, 0.3), "fc2");
}

const keep = (h) => h;

function masked(key) {
  const [first, second] = random.split(key, 2);
  const keys = { 0.5: first, 0.3: second };
  return (h, rate) => {
    const isKept = random.bernoulli(keys[rate], 1 - rate, h.shape).astype(np.float32);
    return h.mul(isKept).div(1 - rate);
  };
}

/** The loss, and beside it the running statistics as this batch leaves them. */
function lossOf(p, running, x, y, dropout) {
  const updated = {};
  const statistics = (h, i) => {
    const [n, , height, width] = h.shape;
    const unbias = (n * height * width) / (n * height * width - 1);
    const [mean, variance] = statisticsOf(h);
    const blend = (name, value) => {
      updated[name] = running[name].mul(1 - MOMENTUM).add(lax.stopGradient(value).mul(MOMENTUM));
    };
    blend(`bn${i}.running_mean`, mean.ref);
    blend(`bn${i}.running_var`, variance.ref.mul(unbias));
    return [mean, variance];
  };
  const logits = forward(p, x, statistics, dropout);
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
  return [p.sub(mHat.mul(LR).div(np.sqrt(vHat).add(EPS))), m, v];
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
  const x = np.array(images(batch).slice()).reshape([batch, 1, 28, 28]);
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

await serve(versionOf("@jax-js/jax"), {
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
    const x = np.array(images(batch).slice()).reshape([batch, 1, 28, 28]);
    const statistics = (p) => (h, i) => {
      h.dispose();
      return [p[`bn${i}.running_mean`], p[`bn${i}.running_var`]];
    };
    const network = jit((p, input) => forward(p, input, statistics(p), keep));
    const logits = () => network(tree.ref(parameters), x.ref).data();
    return { check: logits, run: logits };
  },
});

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), "utf8")).version;
}
