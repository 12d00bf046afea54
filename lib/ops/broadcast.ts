// @internal Launches the binary kernels on operands that broadcast, and sums gradients back.

import { parallelFor } from "../runtime/parallel.ts";
import { empty, tensor } from "../tensor/create.ts";
import { broadcastShapes, type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { viewOf } from "../tensor/view.ts";
import { reduceAxes } from "./reduce.ts";

type BinaryKernel = "add_f32" | "sub_f32" | "mul_f32" | "div_f32";

/** An operand: a tensor, or a number that stands for a scalar one. */
export type Operand = Tensor | number;

/** The operand as a tensor; a number becomes one of shape []. */
export function asTensor(operand: Operand): Tensor {
  return typeof operand === "number" ? tensor(operand) : operand;
}

/** Calls `op` on the operands as tensors, and frees those it made of numbers: an op saves its own references. */
export function onTensors(op: (a: Tensor, b: Tensor) => Tensor<"f32">, a: Operand, b: Operand): Tensor<"f32"> {
  const [left, right] = [asTensor(a), asTensor(b)];
  try {
    return op(left, right);
  } finally {
    if (left !== a) left.dispose();
    if (right !== b) right.dispose();
  }
}

/** A dimension of the output, and how far each operand advances along it; 0 where it is repeated. */
interface Axis {
  dim: number;
  aStride: number;
  bStride: number;
}

export function broadcastBinary(kernel: BinaryKernel, a: Tensor, b: Tensor): Tensor<"f32"> {
  return broadcastInto(kernel, a, b, broadcastShapes(kernel.replace("_f32", ""), a.shape, b.shape));
}

/** `x`, seen with the shape `kept` (its own with axes of size 1 put in), repeated to `shape`. */
export function expandTo(x: Tensor<"f32">, kept: Shape, shape: Shape): Tensor<"f32"> {
  return broadcastInto("add_f32", tensor(0), viewOf(x, kept), shape);
}

function broadcastInto(kernel: BinaryKernel, a: Tensor, b: Tensor, shape: Shape): Tensor<"f32"> {
  const y = empty(shape);
  const axes = mergeAxes(a.shape, b.shape, y.shape);
  const row = axes.pop() ?? { dim: 1, aStride: 0, bStride: 0 };
  const outer = tensor(
    axes.flatMap(({ dim, aStride, bStride }) => [dim, aStride, bStride]),
    undefined,
    "i32",
  );
  parallelFor(kernel, y.size, y, a, b, outer, axes.length, row.dim, row.aStride, row.bStride);
  return y;
}

/** Sums `x` over the axes along which a tensor of `shape` was repeated. */
export function sumTo(x: Tensor<"f32">, shape: Shape): Tensor<"f32"> {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = x.shape.map((_, i) => i).filter((i) => i < added || (shape[i - added] === 1 && x.shape[i] !== 1));
  return viewOf(reduceAxes("sum_f32", x, axes), shape);
}

/** The output's axes, with runs of them along which both operands advance evenly merged into one. */
function mergeAxes(a: Shape, b: Shape, y: Shape): Axis[] {
  const axes: Axis[] = [];
  let aStride = 1;
  let bStride = 1;
  for (let i = y.length - 1; i >= 0; i--) {
    const aDim = a[i - y.length + a.length] ?? 1;
    const bDim = b[i - y.length + b.length] ?? 1;
    const axis = { dim: y[i], aStride: aDim === 1 ? 0 : aStride, bStride: bDim === 1 ? 0 : bStride };
    aStride *= aDim;
    bStride *= bDim;
    if (axis.dim === 1) continue;
    const faster = axes[0];
    if (faster && axis.aStride === faster.aStride * faster.dim && axis.bStride === faster.bStride * faster.dim) {
      faster.dim *= axis.dim;
    } else {
      axes.unshift(axis);
    }
  }
  return axes;
}
