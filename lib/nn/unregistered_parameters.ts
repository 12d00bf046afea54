// unregisteredParameters: what a loss depends on and an optimizer does not know.

import { Node } from "../autograd/node.ts";
import { AutogradError } from "../base/errors.ts";
import { checkTensor, checkTensors } from "../tensor/check_tensor.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * The tensors with `requiresGrad` that a loss was computed from, but that are not among a model's parameters, and so are
 * neither trained by an optimizer made with them nor saved: those in a Map, a `#private` field or outside the model.
 *
 * @param model a model, or the parameters that an optimizer was given
 * @param loss  before `backward()` or after
 * @returns each once, with the operation that took it; empty where nothing is missing
 * @throws {AutogradError} the loss has no graph
 *
 * Cost: a walk over the graph, no look at the numbers: once, at the first step, is enough.
 * @example
 *   const strays = unregisteredParameters(model, loss);
 *   if (strays.length > 0) throw new Error(`untrained: ${strays.map(({ op, tensor }) => `${op}'s ${tensor}`)}`);
 */
export function unregisteredParameters(
  model: Module | readonly Tensor<"f32">[],
  loss: Tensor,
): { op: string; tensor: Tensor<"f32"> }[] {
  checkTensor("unregisteredParameters", "loss", loss);
  if (!(loss.node instanceof Node)) {
    throw new AutogradError("unregisteredParameters: no tensor with requiresGrad led to this loss.");
  }
  const known = model instanceof Module ? model.parameters() : model;
  checkTensors("unregisteredParameters", "model", known, " Pass a model, or its parameters.");
  const strays = new Map<Tensor, { id: number; op: string }>();
  const nodes = new Set([loss.node]);
  for (const { id, op, inputs } of nodes) {
    for (const input of inputs) {
      if (!input.requiresGrad) continue;
      if (input.node instanceof Node) nodes.add(input.node);
      else if (!known.includes(input as Tensor<"f32">) && id <= (strays.get(input)?.id ?? id))
        strays.set(input, { id, op });
    }
  }
  const inOrder = [...strays].sort(([, a], [, b]) => a.id - b.id);
  return inOrder.map(([tensor, { op }]) => ({ op, tensor: tensor as Tensor<"f32"> }));
}
