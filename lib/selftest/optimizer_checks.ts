// The self-test of optimizers, and of what goes with them: clipping and averages of weights.

import { Adam, AdamW, clipGradNorm, Ema, Muon, type Optimizer, SGD, scope, type Tensor, tensor } from "../index.ts";
import { array64, type Operand64, UNIT_ROUNDOFF, uniform64 } from "./array64.ts";
import type { Check, Comparison } from "./check.ts";
import { checkValues, type Values } from "./check_op.ts";
import { adamStep64, clip64, emaStep64, muonStep64, norm64, orthogonalTolerance, sgdStep64 } from "./optim64.ts";

const SIZE = 37;
const STEPS = 3;
const LR = 0.05;
const DECAY = 0.02;
const START = uniform64([SIZE], 6);
const gradientOf = (step: number): Float64Array => uniform64([SIZE], 6 + step).data;

/** One parameter through a few steps with made-up gradients, beside the same in f64, element by element. */
function follow<Moments>(
  name: string,
  make: (params: Tensor<"f32">[]) => Optimizer,
  fresh: Moments,
  step: (state: Moments & { p: number }, g: number, t: number) => Moments & { p: number },
): Check {
  return checkValues(name, () => {
    const parameter = tensor(START.data);
    const optimizer = make([parameter]);
    let states = Array.from(START.data, (p) => ({ ...fresh, p }));
    for (let t = 1; t <= STEPS; t++) {
      const gradient = gradientOf(t);
      parameter.grad = tensor(gradient);
      optimizer.step();
      optimizer.zeroGrad();
      states = states.map((state, i) => step(state, gradient[i], t));
    }
    const expected = states.map(({ p }) => p);
    return { actual: Float32Array.from(parameter.data), expected, roundings: 4 * STEPS };
  });
}

/** The mean of a parameter that moves, after a few updates. */
function averaged(): Values {
  const decay = 0.2; // The second update's is the smaller of this and 3/12, the first's 2/11.
  const parameter = tensor(START.data);
  const ema = new Ema([parameter], { decay });
  let expected = START.data;
  for (let t = 1; t <= STEPS; t++) {
    const moved = gradientOf(t);
    parameter.data.set(moved);
    ema.update();
    expected = expected.map((mean, i) => emaStep64(mean, moved[i], t, decay));
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
  const exact = norm64(all);
  const expected = [exact, ...all.map((g) => clip64(g, exact, 1))];
  return { actual: [norm, ...parameters.flatMap(({ grad }) => [...grad.data])], expected, roundings: 4 };
}

/** A few of Muon's steps. */
function orthogonalized(): Comparison[] {
  const [shape, options] = [[5, 7], { lr: LR, momentum: 0.8, weightDecay: DECAY }];
  return scope(() => {
    const start = uniform64(shape, 6);
    const parameter = tensor(start.data, shape);
    const optimizer = new Muon([parameter], options);
    let state: Record<"p" | "m", Operand64> = { p: start, m: array64(shape) };
    for (let t = 1; t <= STEPS; t++) {
      const gradient = uniform64(shape, 6 + t);
      parameter.grad = tensor(gradient.data, shape);
      optimizer.step();
      optimizer.zeroGrad();
      state = muonStep64(state, gradient, options);
    }
    const length = LR * 0.2 * Math.sqrt(7);
    // The steps' errors, and a rounding of what they are added to.
    const tolerance = STEPS * (2 * length * orthogonalTolerance(5, 7) + 2 * UNIT_ROUNDOFF);
    return [{ what: "values", actual: Float32Array.from(parameter.data), expected: state.p.data, tolerance }];
  });
}

const sgd = { lr: LR, weightDecay: DECAY };
const momentum = { ...sgd, momentum: 0.9 };
const nesterov = { ...momentum, nesterov: true };
const adam = { lr: LR, betas: [0.8, 0.95] as const, eps: 1e-8, weightDecay: DECAY };

export const OPTIMIZER_CHECKS: readonly Check[] = [
  follow(
    "SGD",
    (params) => new SGD(params, sgd),
    { m: 0 },
    (state, g) => sgdStep64(state, g, sgd),
  ),
  follow(
    "SGD with momentum",
    (params) => new SGD(params, momentum),
    { m: 0 },
    (state, g) => sgdStep64(state, g, momentum),
  ),
  follow(
    "SGD with Nesterov's momentum",
    (params) => new SGD(params, nesterov),
    { m: 0 },
    (state, g) => sgdStep64(state, g, nesterov),
  ),
  follow(
    "Adam",
    (params) => new Adam(params, adam),
    { m: 0, v: 0 },
    (state, g, t) => adamStep64(state, g, t, adam),
  ),
  follow(
    "AdamW",
    (params) => new AdamW(params, adam),
    { m: 0, v: 0 },
    (state, g, t) => adamStep64(state, g, t, { ...adam, isDecoupled: true }),
  ),
  { name: "Muon", compare: orthogonalized },
  checkValues("clipGradNorm", clipped),
  checkValues("Ema", averaged),
];
