// Initial values: PyTorch's defaults, drawn from streams named after the parameters.

import { parallelFor } from "../runtime/parallel.ts";
import { keyArguments, streamOf } from "../runtime/rng.ts";
import { empty } from "../tensor/create.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Layers made without a seed so far. */
let unseeded = 0;

/** A parameter of undefined content: trained, and kept by scopes. */
export function parameter(shape: Shape): Tensor<"f32"> {
  const tensor = empty(shape).keep();
  tensor.requiresGrad = true;
  return tensor;
}

/**
 * Fills with numbers uniform in [−bound, bound), bound = 1/√fanIn: what PyTorch's Linear and Conv2d do to
 * weight (Kaiming-uniform with a = √5) and bias alike.
 *
 * @param fanIn inputs summed into one output
 * @param name  path of the parameter; names its stream
 */
export function fillUniform(parameter: Tensor<"f32">, fanIn: number, seed: number, name: string): void {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  const key = keyArguments("initialize", { seed, stream: streamOf(name) });
  parallelFor("random_uniform_f32", parameter.size, parameter, -bound, bound, ...key);
  parameter.markWritten();
}

/**
 * The path under which a layer draws its first values: its own names under a seed that was given; under
 * none, a number more for each such layer, so that no two layers start alike and a program that makes the
 * same layers in the same order gets the same values.
 */
export function initialPath(seed: number | undefined): [seed: number, path: string] {
  return seed === undefined ? [0, `unseeded${unseeded++}`] : [seed, ""];
}
