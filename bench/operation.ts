// The benchmarks of a differentiable operation: forward and backward, each against its own reference.

import { type Shape, scope, type Tensor, tensor } from "../lib/index.ts";
import { type Elements64, type Operand64, sizeOf } from "../lib/selftest/array64.ts";
import { backwardOf } from "./backward_of.ts";
import { type Benchmark, type Prepared, sampledError, uniform, type Work } from "./benchmark.ts";

export interface Operation {
  /** "relu 64×28×28×32". */
  name: string;
  /** Each a shape, which gets uniform numbers in [−1, 1), or a function that makes the tensor. */
  inputs: readonly (Shape | (() => Tensor))[];
  // biome-ignore lint/suspicious/noExplicitAny: each operation knows the types of its inputs
  run(...inputs: any[]): Tensor;
  work: Work;
  kernels?: Benchmark["kernels"];
  /** Default 1e-6; 0 for what only moves or compares numbers. */
  tolerance?: number;
  reference(...inputs: readonly Operand64[]): Elements64;
  backward?: {
    work: Work;
    kernels?: Benchmark["kernels"];
    tolerance?: number;
    /** For each input the exact gradient, or null where none is computed. */
    reference(inputs: readonly Operand64[], dy: Operand64): readonly (Elements64 | null)[];
  };
}

const TOLERANCE = 1e-6;
/** Samples of a gradient: some take a pass over the whole batch each. */
const GRADIENT_SAMPLES = 100;

/** Forward as in training, recorded on the tape, if there is a backward. */
export function benchmarksOf(operation: Operation): Benchmark[] {
  const { name, work, kernels, tolerance = TOLERANCE, backward } = operation;
  const forward: Benchmark = { name, ...work, kernels, tolerance, setUp: () => setUpForward(operation) };
  if (!backward) return [forward];
  return [
    forward,
    {
      name: `${name}, backward`,
      ...backward.work,
      kernels: backward.kernels,
      tolerance: backward.tolerance ?? tolerance,
      setUp: () => setUpBackward(operation, backward),
    },
  ];
}

function operands({ inputs, backward }: Operation): Tensor[] {
  const made = inputs.map((input, i) =>
    (typeof input === "function" ? input() : tensor(uniform(sizeOf(input), i + 1), input)).keep(),
  );
  if (backward) {
    // Which inputs have gradients is asked of the reference, which alone knows.
    const wanted = backward.reference(made.map(operandOf), { shape: [0], data: [] });
    made.forEach((input, i) => {
      input.requiresGrad = Boolean(wanted[i]);
    });
  }
  return made;
}

function setUpForward(operation: Operation): Prepared {
  const inputs = operands(operation);
  const run = (): Tensor => operation.run(...inputs);
  return {
    run: () => void run(),
    error: () => scope(() => sampledError(run().data, operation.reference(...inputs.map(operandOf)).at)),
    tearDown: () => dispose(inputs),
  };
}

function setUpBackward(operation: Operation, backward: NonNullable<Operation["backward"]>): Prepared {
  const inputs = operands(operation);
  const y = operation.run(...inputs).keep();
  const dy = tensor(uniform(y.size, inputs.length + 1), y.shape).keep();
  const run = () => backwardOf(y, dy, inputs);
  return {
    run: () => void run(),
    error: () =>
      scope(() => {
        const gradients = run();
        const exact = backward.reference(inputs.map(operandOf), operandOf(dy));
        const errors = exact.map((of, i) => (of ? sampledError(gradients[i]?.data ?? [], of.at, GRADIENT_SAMPLES) : 0));
        return Math.max(...errors);
      }),
    tearDown: () => dispose([...inputs, y, dy]),
  };
}

/** `data` of a tensor is asked for once: it is a new view each time. */
const operandOf = ({ shape, data }: Tensor): Operand64 => ({ shape, data });

function dispose(tensors: readonly Tensor[]): void {
  for (const { node } of tensors) node?.dispose();
  for (const each of tensors) each.dispose();
}
