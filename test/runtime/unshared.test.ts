// A host where memory cannot be shared: the same page, before anything is loaded.
Object.assign(globalThis, { crossOriginIsolated: false });

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { relu } from "../../lib/ops/relu.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { ones, tensor, zeros } from "../../lib/tensor/create.ts";

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

test("arrays taken before memory grew are stale, and data gives fresh ones", () => {
  const x = ones([4]);
  const stale = x.data;
  zeros([2 * memoryUsage().reservedBytes]);
  assert.is(stale.length, 0);
  assert.equal([...x.data], [1, 1, 1, 1]);
});

test.run();
