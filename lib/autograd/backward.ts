// backward: walks the tape from the loss to the leaves.

import { boolean, checkOptions } from "../base/check.ts";
import { AutogradError, formatShape, ShapeError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { parallelFor } from "../runtime/parallel.ts";
import { checkTensor } from "../tensor/check_tensor.ts";
import { empty } from "../tensor/create.ts";
import { isOfThisScope, scope } from "../tensor/scope.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { noGrad } from "./grad_mode.ts";
import { Node } from "./node.ts";

type Gradient = Tensor<"f32">;

/** What the last backward() went through: readable until the next one is done. */
let lastOutputs: Tensor[] = [];

/**
 * Adds ∂loss/∂t to `t.grad` for every leaf t with `requiresGrad` that the loss was computed from.
 *
 * It also frees the graph: what operations saved, at once; their outputs (logits, activations) when
 * the next `backward()` is done, so that they can still be read in between. Scalars (losses), and
 * tensors on which `keep()` was called, stay readable.
 *
 * @param options.retainGraph keep the graph, to go through it again; default false
 * @throws {DTypeError} the loss is no tensor
 * @throws {AutogradError} the loss is not a scalar, has no graph, or its graph was used before; or what an operation saved
 *   has been changed in place since, by an optimizer's step or a write to `data`. Then no gradient has been touched
 * @example
 *   const loss = crossEntropy(model.forward(x), y);
 *   backward(loss);
 *   optimizer.step();
 */
export function backward(loss: Tensor, options: { retainGraph?: boolean } = {}): void {
  checkTensor("backward", "loss", loss, "any");
  checkOptions("backward", options, { retainGraph: boolean });
  if (loss.size !== 1) {
    throw new AutogradError(
      `backward: loss must be a scalar; got ${formatShape(loss.shape)}. Reduce it first, e.g. mean(loss).`,
      { shape: loss.shape },
    );
  }
  if (!(loss.node instanceof Node)) {
    throw new AutogradError(
      "backward: nothing to differentiate; no tensor with requiresGrad led to this loss, or it was computed inside noGrad.",
    );
  }
  const nodes = nodesBefore(loss.node);
  noGrad(() => propagate(loss, nodes));
  if (options.retainGraph) return;
  for (const node of nodes) node.release("backward");
  const previous = lastOutputs;
  lastOutputs = nodes.map((node) => node.output);
  const current = new Set(lastOutputs);
  for (const output of previous) {
    if (output.isKept || current.has(output)) continue;
    if (output.size > 1) output.dispose();
    else output.moveToHeap();
  }
}

/** Every node that the loss depends on, the latest first: each comes before the nodes it used. */
function nodesBefore(last: Node): Node[] {
  const found = new Set([last]);
  for (const node of found) {
    if (node.freedBy) throw freedError(node);
    if (node.changed) throw changedError(node.op, node.changed);
    for (const input of node.inputs) {
      if (input.requiresGrad && input.node instanceof Node) found.add(input.node);
    }
  }
  return [...found].sort((a, b) => b.id - a.id);
}

function freedError({ op, freedBy }: Node): AutogradError {
  return new AutogradError(
    freedBy === "scope"
      ? `backward: the graph of ${op} was freed at the end of its scope; return the loss from it, or call backward() inside.`
      : `backward: the graph of ${op} was freed by an earlier backward(); pass { retainGraph: true } to that one.`,
  );
}

function changedError(op: string, { shape }: Tensor): AutogradError {
  return new AutogradError(
    `backward: ${op} needs a tensor of shape ${formatShape(shape)} as it was, but it has been changed in place since, by an ` +
      "optimizer's step or a write to its data. Call backward() before that, or compute the loss again.",
    { op, shape },
  );
}

function propagate(loss: Tensor, nodes: readonly Node[]): void {
  const gradients = new Map<Node, Gradient>();
  const one = empty(loss.shape);
  one.data.fill(1);
  gradients.set(nodes[0], one);
  for (const node of nodes) {
    const dy = gradients.get(node);
    if (!dy) continue;
    gradients.delete(node);
    const sums = node.inputs.map((input) => sumSoFar(input, gradients));
    const results = scope(() => gradientsOf(node, dy, sums));
    node.inputs.forEach((input, i) => {
      const dx = results[i];
      if (dx) deliver(input, dx, gradients);
    });
    dy.dispose();
  }
}

/** What has come of its gradient, where nobody else reads that memory. */
function sumSoFar({ node }: Tensor, gradients: ReadonlyMap<unknown, Gradient>): Gradient | null {
  const sum = gradients.get(node);
  return sum && !sum.isShared ? sum : null;
}

/** For each input that wants one its gradient, which nobody else holds or owns; null where it has been added to the sum. */
function gradientsOf(
  { op, inputs, backward }: Node,
  dy: Gradient,
  sums: readonly (Gradient | null)[],
): (Gradient | null)[] {
  const results = backward(dy, sums);
  if (!Array.isArray(results)) {
    throw new AutogradError(`backward: ${op} must return an array of gradients; got ${printable(results)}.`, { op });
  }
  return inputs.map((input, i) => {
    const dx: unknown = results[i];
    if (!input.requiresGrad || dx === null || dx === sums[i]) return null;
    const name = `${op}'s gradient ${i + 1}`;
    checkTensor("backward", name, dx);
    if (!sameShape((dx as Gradient).shape, input.shape)) throw shapeError(name, dx as Gradient, input);
    // An op may hand on what it was given, dy for instance, or one gradient twice: each receiver needs its own reference.
    const isNew = isOfThisScope(dx as Gradient) && results.indexOf(dx) === i;
    return isNew ? (dx as Gradient) : viewOf(dx as Gradient, input.shape);
  });
}

function deliver(input: Tensor, dx: Gradient, gradients: Map<Node, Gradient>): void {
  if (input.node instanceof Node) {
    const sum = gradients.get(input.node);
    gradients.set(input.node, sum ? addAndDispose(sum, dx) : dx);
  } else if (input.grad) {
    checkTensor("backward", "a gradient that is added to", input.grad);
    if (input.grad.size !== dx.size) throw shapeError("a gradient that is added to", input.grad, input);
    // In place, so that whoever holds the gradient (an optimizer) sees it.
    parallelFor("accumulate_f32", dx.size, input.grad, dx);
    input.grad.markWritten();
    dx.dispose();
  } else {
    input.grad = (dx.isShared ? copyAndDispose(dx) : dx).keep();
  }
}

function shapeError(name: string, gradient: Gradient, { shape }: Tensor): ShapeError {
  return new ShapeError(
    `backward: ${name} is ${formatShape(gradient.shape)}, but its tensor ${formatShape(shape)}; they must be equal.`,
    { gradient: gradient.shape, shape },
  );
}

/** In the place of the one that shares its memory with no other gradient, if there is such a one. */
function addAndDispose(a: Gradient, b: Gradient): Gradient {
  const [sum, other] = !a.isShared ? [a, b] : !b.isShared ? [b, a] : [copyAndDispose(a), b];
  parallelFor("accumulate_f32", sum.size, sum, other);
  other.dispose();
  return sum;
}

function copyAndDispose(a: Gradient): Gradient {
  const copy = empty(a.shape);
  copy.data.set(a.values);
  a.dispose();
  return copy;
}
