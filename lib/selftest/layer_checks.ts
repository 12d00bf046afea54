// The self-test of convolution, pooling and normalisation: as single operations, and as the blocks that Sequential
// computes at once, in training and in evaluation.

import {
  AdaptiveAvgPool2d,
  adaptiveAvgPool2d,
  avgPool2d,
  BatchNorm2d,
  batchNorm2d,
  Conv2d,
  conv2d,
  MaxPool2d,
  maxPool2d,
  ones,
  ReLU,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from "../index.ts";
import { type Array64, uniform64 } from "./array64.ts";
import type { Check } from "./check.ts";
import { checkOp } from "./check_op.ts";
import { batchNorm2d64, convBlock64 } from "./layers64.ts";
import { adaptiveAvgPooling64, avgPooling64, conv2d64, maxPooling64, pool2d64 } from "./windows64.ts";

type Shape = readonly number[];

function convCheck(name: string, x: Shape, w: Shape, { stride = 1, padding = 0 } = {}): Check {
  const terms = w[0] * w[1] * w[2] + 1;
  return checkOp({
    name,
    op: (input, weight, bias) => conv2d(input, weight, bias, { stride, padding }),
    reference: conv2d64({ stride, padding }),
    shapes: [x, w, [w[3]]],
    terms,
    gradTerms: Math.max(x[0] * (x[1] + 2 * padding) * (x[2] + 2 * padding), terms * w[3]),
  });
}

const NORM: Shape = [3, 3, 2, 5];
const VALUES = NORM[0] * NORM[1] * NORM[2];
/** Of as many channels as are asked for. */
const running = (c: number): { mean: Float64Array; variance: Float64Array } => ({
  mean: uniform64([c], 8).data,
  variance: uniform64([c], 9, 0.5, 2).data,
});

function normCheck(isTraining: boolean): Check {
  const c = NORM[3];
  const given = running(c);
  return checkOp({
    name: `batchNorm2d, ${isTraining ? "training" : "evaluation"}`,
    op: (x, gamma, beta) => {
      const [runningMean, runningVar] = [tensor(given.mean), tensor(given.variance)];
      return batchNorm2d(x, gamma, beta, { runningMean, runningVar, isTraining });
    },
    reference: batchNorm2d64(isTraining ? {} : { running: given }),
    shapes: [NORM, [c], [c]],
    maxTerm: isTraining ? 4 : 8,
    terms: isTraining ? 4 : 1,
    gradTerms: isTraining ? 4 * VALUES : VALUES,
  });
}

/** Convolution 3×3, normalisation, ReLU and pooling, as the models have them. */
function blockCheck(name: string, x: Shape, cout: number, pool: "max" | "mean", isTraining: boolean): Check {
  const [n, h, w, cin] = x;
  const given = running(cout);
  const op = (input: Tensor, weight: Tensor, bias: Tensor, gamma: Tensor, beta: Tensor): Tensor => {
    const [runningMean, runningVar] = isTraining
      ? [zeros([cout]), ones([cout])]
      : [tensor(given.mean), tensor(given.variance)];
    const model = new Sequential({
      conv: Object.assign(new Conv2d(cin, cout, 3, { padding: 1 }), { weight, bias }),
      bn: Object.assign(new BatchNorm2d(cout), { weight: gamma, bias: beta, runningMean, runningVar }),
      relu: new ReLU(),
      pool: pool === "max" ? new MaxPool2d(2) : new AdaptiveAvgPool2d(1),
    });
    return (isTraining ? model : model.eval()).forward(input);
  };
  const block = convBlock64({ pool, ...(isTraining ? {} : { running: given }) });
  const reference = (...[input, weight, bias, gamma, beta]: Array64[]): Array64 =>
    block({ x: input, w: weight, b: bias, gamma, beta }).z;
  const shapes = [x, [3, 3, cin, cout], [cout], [cout], [cout]];
  const terms = 9 * cin;
  return checkOp({
    name,
    op,
    reference,
    shapes,
    maxTerm: 4,
    terms,
    gradTerms: terms * n * h * w,
    // Of a picture with one channel no gradient is wanted, so that the kernels for such a layer do it.
    differentiable: shapes.map((_, i) => isTraining && (i > 0 || cin > 1)),
  });
}

export const LAYER_CHECKS: readonly Check[] = [
  convCheck("conv2d 3×3, Winograd", [2, 3, 5, 4], [3, 3, 4, 8], { padding: 1 }),
  convCheck("conv2d 3×3, one channel", [2, 6, 5, 1], [3, 3, 1, 4], { padding: 1 }),
  convCheck("conv2d 5×3, implicit GEMM", [2, 6, 5, 3], [5, 3, 3, 5], { stride: 2, padding: 1 }),
  checkOp({
    name: "maxPool2d",
    op: (x) => maxPool2d(x, { kernelSize: 3, stride: 2, padding: 1 }),
    reference: pool2d64(maxPooling64({ kernelSize: 3, stride: 2, padding: 1 })),
    shapes: [[2, 7, 6, 5]],
    gradTerms: 4,
  }),
  checkOp({
    name: "avgPool2d",
    op: (x) => avgPool2d(x, { kernelSize: 2 }),
    reference: pool2d64(avgPooling64({ kernelSize: 2 })),
    shapes: [[2, 5, 7, 5]],
    terms: 4,
  }),
  checkOp({
    name: "adaptiveAvgPool2d",
    op: (x) => adaptiveAvgPool2d(x, 1),
    reference: pool2d64(adaptiveAvgPooling64(1)),
    shapes: [[2, 3, 5, 6]],
    terms: 15,
  }),
  normCheck(true),
  normCheck(false),
  blockCheck("first-layer block, training", [2, 4, 6, 1], 8, "max", true),
  blockCheck("first-layer block, evaluation", [2, 4, 6, 1], 8, "max", false),
  blockCheck("block with max pooling, training", [2, 2, 4, 4], 4, "max", true),
  blockCheck("block with max pooling, evaluation", [2, 5, 6, 4], 8, "max", false),
  blockCheck("block with mean pooling, training", [2, 3, 3, 4], 4, "mean", true),
  blockCheck("block with mean pooling, evaluation", [2, 5, 3, 4], 8, "mean", false),
];
