// What goes over all parameters of the CNN once a step: the optimizers, clipping, adding up gradients.

import { Adam, backward, clipGradNorm, Ema, SGD, sum, type Tensor, tensor } from "../lib/index.ts";
import { adamStep64, clip64, emaStep64, norm64, sgdStep64 } from "../lib/selftest/optim64.ts";
import { cnn } from "../models/index.ts";
import { type Benchmark, sampledError, uniform } from "./benchmark.ts";

const PARAMETERS = 102_026;
const PASS = 4 * PARAMETERS;
const LR = 1e-3;
const AHEAD = { lr: LR, momentum: 0.9, nesterov: true };
const MAX_NORM = 1;
const DECAY = 0.999;
const ACCUMULATED = 64 * 28 * 28 * 32;

interface Step {
  name: string;
  /** How often the parameters, their gradients and the optimizer's state are read or written. */
  passes: number;
  prepare(parameters: Tensor<"f32">[]): () => void;
  /** What the first run has added to a parameter, or with `isOnGradient` made of the gradient. */
  exact(g: number, norm: number): number;
  isOnGradient?: boolean;
}

const STEPS: Step[] = [
  {
    name: "Adam",
    passes: 7,
    prepare: (parameters) => bind(new Adam(parameters, { lr: LR })),
    exact: (g) => adamStep64({ p: 0, m: 0, v: 0 }, g, 1, { lr: LR }).p,
  },
  {
    name: "SGD",
    passes: 3,
    prepare: (parameters) => bind(new SGD(parameters, { lr: LR })),
    exact: (g) => sgdStep64({ p: 0, m: 0 }, g, { lr: LR }).p,
  },
  {
    name: "SGD with momentum",
    passes: 5,
    prepare: (parameters) => bind(new SGD(parameters, AHEAD)),
    exact: (g) => sgdStep64({ p: 0, m: 0 }, g, AHEAD).p,
  },
  {
    name: "clipGradNorm",
    passes: 3,
    // A bound just below the norm that the last run left, so that each run has to scale.
    prepare(parameters) {
      let bound = MAX_NORM;
      return () => {
        clipGradNorm(parameters, bound);
        bound *= 0.9999;
      };
    },
    exact: (g, norm) => clip64(g, norm, MAX_NORM),
    isOnGradient: true,
  },
];

export const benchmarks: Benchmark[] = [...STEPS.map(benchmark), averaging(), accumulation()];

function bind(optimizer: { step(): void }): () => void {
  return () => optimizer.step();
}

function benchmark({ name, passes, prepare, exact, isOnGradient = false }: Step): Benchmark {
  return {
    name: `${name}, ${PARAMETERS} parameters of the CNN`,
    bytes: passes * PASS,
    // A step is a thousandth of the parameter that it is added to, in f32.
    tolerance: isOnGradient ? 1e-5 : 2e-4,
    setUp() {
      const parameters = withGradients();
      const run = prepare(parameters);
      return {
        run,
        error() {
          const fresh = withGradients();
          const before = values(fresh, (parameter) => parameter.data);
          const gradient = values(fresh, (parameter) => parameter.grad?.data ?? []);
          prepare(fresh)();
          const after = isOnGradient
            ? values(fresh, (parameter) => parameter.grad?.data ?? [])
            : values(fresh, (parameter) => parameter.data).map((value, i) => value - before[i]);
          const norm = norm64(gradient);
          release(fresh);
          return sampledError(after, (at) => exact(gradient[at], norm), 5000);
        },
        tearDown: () => release(parameters),
      };
    },
  };
}

function withGradients(): Tensor<"f32">[] {
  const parameters = cnn({ seed: 0 }).parameters();
  parameters.forEach((parameter, i) => {
    parameter.grad = tensor(uniform(parameter.size, i + 1), parameter.shape).keep();
  });
  return parameters;
}

function values(parameters: readonly Tensor<"f32">[], read: (parameter: Tensor<"f32">) => ArrayLike<number>): number[] {
  return parameters.flatMap((parameter) => Array.from(read(parameter)));
}

function release(parameters: readonly Tensor<"f32">[]): void {
  for (const parameter of parameters) {
    parameter.grad?.dispose();
    parameter.dispose();
  }
}

function averaging(): Benchmark {
  return {
    name: `Ema, ${PARAMETERS} parameters of the CNN`,
    bytes: 3 * PASS,
    tolerance: 1e-6,
    setUp() {
      const parameters = withGradients();
      const ema = new Ema(parameters, { decay: DECAY });
      return {
        run: () => ema.update(),
        error() {
          const fresh = withGradients();
          const before = values(fresh, (parameter) => parameter.data);
          const moved = uniform(PARAMETERS, 9);
          const mean = new Ema(fresh, { decay: DECAY });
          let at = 0;
          for (const { data } of fresh) for (let i = 0; i < data.length; i++) data[i] += moved[at++];
          mean.update();
          mean.swap();
          const after = values(fresh, (parameter) => parameter.data);
          release(fresh);
          return sampledError(after, (i) => emaStep64(before[i], before[i] + moved[i], 1, DECAY), 5000);
        },
        tearDown: () => release(parameters),
      };
    },
  };
}

/** The second gradient that reaches a tensor is added to the first. */
function accumulation(): Benchmark {
  return {
    name: `gradient of a sum added to another, ${ACCUMULATED}`,
    kernels: { accumulate_f32: { bytes: 12 * ACCUMULATED } },
    tolerance: 1e-6,
    setUp() {
      const x = tensor(new Float32Array(ACCUMULATED)).keep();
      x.requiresGrad = true;
      const first = uniform(ACCUMULATED, 1);
      const grad = tensor(first).keep();
      x.grad = grad;
      const run = (): void => backward(sum(x));
      return {
        run,
        error() {
          grad.data.set(first);
          run();
          return sampledError(grad.data, (at) => first[at] + 1);
        },
        tearDown() {
          x.dispose();
          grad.dispose();
        },
      };
    },
  };
}
