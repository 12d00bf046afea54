// The self-test of random numbers, of how pictures become inputs, and of optimizers.

import {
  Adam,
  AdamW,
  clipGradNorm,
  dropout,
  Ema,
  MNIST_MEAN,
  MNIST_STD,
  normalizeImages,
  type Optimizer,
  permutation,
  rand,
  randn,
  SGD,
  STREAMS,
  scope,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import { array64, maxAbs, sumTolerance, uniform64 } from "./self_test_array.ts";
import { AUGMENT_CHECK } from "./self_test_augment.ts";
import { type Check, type Comparison, checkOp } from "./self_test_check.ts";
import { words64 } from "./self_test_philox.ts";

const SIZE = 37;
const SEED = 3;
const P = 0.25;

/** Numbers that must be equal, or as near as so many roundings of numbers of this size are. */
function values(actual: ArrayLike<number>, expected: ArrayLike<number>, roundings: number): Comparison {
  return { what: "values", actual, expected, tolerance: sumTolerance(maxAbs(expected), roundings) };
}

function check(name: string, compare: () => Comparison): Check {
  return { name, compare: () => [scope(compare)] };
}

const unit = (word: number): number => (word >>> 8) * 2 ** -24;

/** Box–Muller on pairs of words four apart. */
function normals64(words: readonly number[]): number[] {
  return Array.from({ length: SIZE }, (_, i) => {
    const first = i - (i % 8) + (i % 4);
    const radius = Math.sqrt(-2 * Math.log(1 - unit(words[first])));
    const angle = 2 * Math.PI * unit(words[first + 4]);
    return radius * (i % 8 < 4 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** Fisher–Yates. */
function shuffle64(words: readonly number[]): number[] {
  const order = Array.from({ length: SIZE }, (_, i) => i);
  for (let i = SIZE - 1; i > 0; i--) {
    const j = Math.floor((words[i] * (i + 1)) / 2 ** 32);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function normalized(): Comparison {
  const pixels = Uint8Array.from(uniform64([3 * 5 * 7], 4, 0, 256).data);
  const index = [2, 0, 2];
  const y = normalizeImages(tensor(pixels, [3, 5, 7], "u8"), tensor(index, [3], "i32"));
  const expected = Float64Array.from({ length: 105 }, (_, at) => {
    const pixel = pixels[index[Math.floor(at / 35)] * 35 + (at % 35)];
    return (pixel / 255 - MNIST_MEAN) / MNIST_STD;
  });
  return values(Float32Array.from(y.data), expected, 4);
}

const STEPS = 3;
const LR = 0.05;
const DECAY = 0.02;
const BETAS = [0.8, 0.95] as const;
const EPS = 1e-8;

/** One parameter through a few steps with made-up gradients, beside the same in f64. */
function follow(
  name: string,
  make: (params: Tensor<"f32">[]) => Optimizer,
  move: () => (p: number, g: number, t: number) => number,
): Check {
  return check(name, () => {
    const start = uniform64([SIZE], 6);
    const parameter = tensor(start.data);
    const optimizer = make([parameter]);
    const [expected, moves] = [Float64Array.from(start.data), Array.from({ length: SIZE }, move)];
    for (let t = 1; t <= STEPS; t++) {
      const gradient = uniform64([SIZE], 6 + t);
      parameter.grad = tensor(gradient.data);
      optimizer.step();
      optimizer.zeroGrad();
      for (let i = 0; i < SIZE; i++) expected[i] = moves[i](expected[i], gradient.data[i], t);
    }
    return values(Float32Array.from(parameter.data), expected, 4 * STEPS);
  });
}

function sgd64(momentum: number) {
  return () => {
    let velocity = 0;
    return (p: number, g: number): number => {
      velocity = momentum * velocity + g + DECAY * p;
      return p - LR * velocity;
    };
  };
}

function adam64(isDecoupled: boolean) {
  return () => {
    let [m, v] = [0, 0];
    return (p: number, gradient: number, t: number): number => {
      const g = isDecoupled ? gradient : gradient + DECAY * p;
      m = BETAS[0] * m + (1 - BETAS[0]) * g;
      v = BETAS[1] * v + (1 - BETAS[1]) * g * g;
      const kept = isDecoupled ? p * (1 - LR * DECAY) : p;
      const [mean, square] = [m / (1 - BETAS[0] ** t), v / (1 - BETAS[1] ** t)];
      return kept - (LR * mean) / (Math.sqrt(square) + EPS);
    };
  };
}

/** The mean of a parameter that moves, after a few updates. */
function averaged(): Comparison {
  const decay = 0.2; // The second update's is the smaller of this and 3/12, the first's 2/11.
  const parameter = tensor(uniform64([SIZE], 6).data);
  const ema = new Ema([parameter], { decay });
  const expected = Float64Array.from(parameter.data);
  for (let t = 1; t <= STEPS; t++) {
    const { data } = uniform64([SIZE], 6 + t);
    parameter.data.set(data);
    ema.update();
    const share = 1 - Math.min(decay, (1 + t) / (10 + t));
    for (let i = 0; i < SIZE; i++) expected[i] += share * (data[i] - expected[i]);
  }
  ema.swap();
  return values(Float32Array.from(parameter.data), expected, 2 * STEPS);
}

/** Gradients of norm ‖g‖ > 1, clipped to 1; and the norm. */
function clipped(): Comparison {
  const gradients = [uniform64([SIZE], 1), uniform64([5], 2)];
  const parameters = gradients.map(({ data, shape }) => Object.assign(tensor(data), { grad: tensor(data, shape) }));
  const norm = clipGradNorm(parameters, 1);
  const all = gradients.flatMap(({ data }) => [...data]);
  const exact = Math.sqrt(all.reduce((total, g) => total + g * g, 0));
  const expected = [exact, ...all.map((g) => g / (exact + 1e-6))];
  return values([norm, ...parameters.flatMap(({ grad }) => [...grad.data])], expected, 4);
}

let drawn: number[] | null = null;

/** Drawn once: the reference is asked for its values again and again. */
function dropWords(): number[] {
  drawn ??= words64(SEED, 0, 2, SIZE);
  return drawn;
}

const adam = { lr: LR, betas: BETAS, eps: EPS, weightDecay: DECAY };

export const TRAINING_CHECKS: readonly Check[] = [
  check("rand", () => values([...rand([SIZE], { seed: SEED }).data], words64(SEED, 0, 0, SIZE).map(unit), 0)),
  // Words beyond the end, since a number may need the word four places on.
  check("randn", () => values([...randn([SIZE], { seed: SEED }).data], normals64(words64(SEED, 0, 0, SIZE + 4)), 4)),
  check("permutation", () =>
    values(permutation(SIZE, { seed: SEED }), shuffle64(words64(SEED, STREAMS.shuffle, 0, SIZE)), 0),
  ),
  checkOp({
    name: "dropout",
    op: (x) => dropout(x, { p: P, seed: SEED, step: 2 }),
    reference: (x) => array64([SIZE], (i) => (dropWords()[i] < P * 2 ** 32 ? 0 : x.data[i] / (1 - P))),
    shapes: [[SIZE]],
    maxTerm: 2,
  }),
  check("normalizeImages", normalized),
  AUGMENT_CHECK,
  follow("SGD", (params) => new SGD(params, { lr: LR, weightDecay: DECAY }), sgd64(0)),
  follow("SGD with momentum", (params) => new SGD(params, { lr: LR, weightDecay: DECAY, momentum: 0.9 }), sgd64(0.9)),
  follow("Adam", (params) => new Adam(params, adam), adam64(false)),
  follow("AdamW", (params) => new AdamW(params, adam), adam64(true)),
  check("clipGradNorm", clipped),
  check("Ema", averaged),
];
