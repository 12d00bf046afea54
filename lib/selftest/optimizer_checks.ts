// The self-test of optimizers, and of what goes with them: clipping and averages of weights.

import { Adam, AdamW, clipGradNorm, Ema, type Optimizer, SGD, type Tensor, tensor } from "../index.ts";
import { uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkValues, type Values } from "./check_op.ts";

const SIZE = 37;
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
  return checkValues(name, () => {
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
    return { actual: Float32Array.from(parameter.data), expected, roundings: 4 * STEPS };
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
function averaged(): Values {
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
  return { actual: Float32Array.from(parameter.data), expected, roundings: 2 * STEPS };
}

/** Gradients of norm ‖g‖ > 1, clipped to 1; and the norm. */
function clipped(): Values {
  const gradients = [uniform64([SIZE], 1), uniform64([5], 2)];
  const parameters = gradients.map(({ data, shape }) => Object.assign(tensor(data), { grad: tensor(data, shape) }));
  const norm = clipGradNorm(parameters, 1);
  const all = gradients.flatMap(({ data }) => [...data]);
  const exact = Math.sqrt(all.reduce((total, g) => total + g * g, 0));
  const expected = [exact, ...all.map((g) => g / (exact + 1e-6))];
  return { actual: [norm, ...parameters.flatMap(({ grad }) => [...grad.data])], expected, roundings: 4 };
}

const adam = { lr: LR, betas: BETAS, eps: EPS, weightDecay: DECAY };

export const OPTIMIZER_CHECKS: readonly Check[] = [
  follow("SGD", (params) => new SGD(params, { lr: LR, weightDecay: DECAY }), sgd64(0)),
  follow("SGD with momentum", (params) => new SGD(params, { lr: LR, weightDecay: DECAY, momentum: 0.9 }), sgd64(0.9)),
  follow("Adam", (params) => new Adam(params, adam), adam64(false)),
  follow("AdamW", (params) => new AdamW(params, adam), adam64(true)),
  checkValues("clipGradNorm", clipped),
  checkValues("Ema", averaged),
];
