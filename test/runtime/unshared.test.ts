// A host where memory cannot be shared: the same page, before anything is loaded.
Object.assign(globalThis, { crossOriginIsolated: false });

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { relu } from "../../lib/ops/relu.ts";
import { Muon } from "../../lib/optim/muon.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { ones, tensor, zeros } from "../../lib/tensor/create.ts";
import { expectClose } from "../support/expect_close.ts";

const test = suite("unshared memory");

test("everything runs, and says why on one thread", () => {
  assert.equal([...relu(tensor([-1, 2])).data], [0, 2]);
  assert.not(loadKernels().memory.buffer instanceof SharedArrayBuffer);
  assert.match(loadKernels().unsharedBecause ?? "", /cross-origin isolated/);
});

test("a tensor made of another's data is right, even when memory grows, and so moves, meanwhile", () => {
  const size = 2 ** 19; // 2 MB, twice what memory grows by at least
  const x = ones([size]);
  const buffer = loadKernels().memory.buffer;
  const copy = tensor(x.data, x.shape);
  assert.is.not(loadKernels().memory.buffer, buffer);
  assert.is(copy.data[size - 1], 1);
});

test("Muon's steps are written where the parameter is after its computation made memory grow", () => {
  // Each of these sizes needs more memory than all before it had, somewhere in its step.
  for (const size of [128, 256, 400, 512]) {
    const parameter = ones([size, size]);
    parameter.grad = zeros([size, size]);
    new Muon([parameter], { lr: 0.1, weightDecay: 0.5 }).step();
    // Of a gradient of zeros the decay is left.
    expectClose(parameter.data, new Float64Array(size * size).fill(0.95), 1e-7);
  }
});

test("arrays taken before memory grew are stale, and data gives fresh ones", () => {
  const x = ones([4]);
  const stale = x.data;
  zeros([2 * memoryUsage().reservedBytes]);
  assert.is(stale.length, 0);
  assert.equal([...x.data], [1, 1, 1, 1]);
});

test.run();
