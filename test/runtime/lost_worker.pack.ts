// Workers that end in the middle of a kernel, or are late: no hang, no wrong bit, and nobody writes to memory that is free.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RuntimeError, rand, runtimeInfo, setThreads, type Tensor } from "../../lib/index.ts";
import { relu } from "../../lib/ops/relu.ts";
import { loadKernels } from "../../lib/runtime/kernels.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { type Sabotage, sabotageWorkers } from "../support/sabotaged_workers.ts";

const test = suite("lost workers");

const SIZE = 2 ** 18;
const x = rand([SIZE], { seed: 1, low: -1, high: 1 }).keep();
const expected = Float32Array.from(x.data, (value) => Math.max(value, 0));

/** Computes until a worker has taken a piece, which may be the calling thread's all. @returns what was thrown */
function computeUntilThrown(): unknown {
  for (let i = 0; i < 2000; i++) {
    try {
      check(relu(x));
    } catch (error) {
      return error;
    }
  }
  return null;
}

function check(y: Tensor): void {
  assert.ok(
    y.data.every((value, i) => Object.is(value, expected[i])),
    "a wrong bit",
  );
  y.dispose();
}

test.after.each(async () => {
  await setThreads(1);
});

for (const kind of ["exit", "memory", "return"] satisfies Sabotage[]) {
  test(`a worker that ends within a kernel (${kind}) ends that in an error with the remedy, and one thread computes on`, async () => {
    {
      using _ = sabotageWorkers([kind]);
      assert.is(await setThreads(2), 2);
      const error = computeUntilThrown() as RuntimeError;
      assert.instance(error, RuntimeError);
      assert.match(error.message, /^parallelFor: relu_f32 lost a worker thread; the result is incomplete\. Compute /);
      assert.equal(error.details, { kernel: "relu_f32" });
    }
    assert.is(runtimeInfo().threads, 1);
    assert.match(runtimeInfo().singleThreadBecause ?? "", /a worker ended by itself/);
    check(relu(x));
    assert.is(await setThreads(2), 2);
    for (let i = 0; i < 20; i++) check(relu(x));
  });
}

test("before the error comes, the other workers are done: nobody writes to memory any more", async () => {
  using _ = sabotageWorkers(["exit", "late", "late"]);
  assert.is(await setThreads(4), 4);
  const { inUseBytes } = memoryUsage();
  assert.instance(computeUntilThrown(), RuntimeError);
  const bytes = new Uint8Array(loadKernels().memory.buffer);
  const then = bytes.slice();
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.is(Buffer.compare(then, bytes), 0);
  assert.ok(memoryUsage().inUseBytes <= inUseBytes + SIZE * 4 + 128, "the output that was begun, which is garbage");
});

test("a trap in a worker is an error, and its pool works on", async () => {
  using _ = sabotageWorkers(["trap"]);
  await setThreads(2);
  const error = computeUntilThrown() as RuntimeError;
  assert.match(error.message, /^parallelFor: relu_f32 failed in a worker thread; the result is incomplete\. Compute /);
  assert.is(runtimeInfo().threads, 2);
  for (let i = 0; i < 20; i++) check(relu(x));
});

test("no clock says that a late worker is dead, though days seem to pass at every look", async () => {
  using _ = sabotageWorkers(["late", "late", "late"]);
  const { now } = performance;
  let days = 0;
  performance.now = () => ++days * 86_400_000;
  try {
    assert.is(await setThreads(4), 4);
    for (let i = 0; i < 200; i++) check(relu(x));
  } finally {
    performance.now = now;
  }
  assert.is(runtimeInfo().threads, 4);
});

test("workers that are terminated while others compute cost an error at most", async () => {
  const errors: unknown[] = [];
  for (let i = 0; i < 10; i++) {
    using workers = sabotageWorkers([]);
    await setThreads(3);
    for (let j = 0; j < i; j++) check(relu(x));
    workers.started[i % 2].terminate(); // not awaited
    for (let j = 0; j < 20; j++) {
      try {
        check(relu(x));
      } catch (error) {
        errors.push(error);
      }
    }
  }
  for (const error of errors) assert.instance(error, RuntimeError);
});

test("calls of setThreads take turns, and the last one's number holds", async () => {
  assert.equal(await Promise.all([setThreads(2), setThreads(2)]), [2, 2]);
  assert.is(runtimeInfo().threads, 2);
  const numbers = [1, 3, 5, 2, 8, 1, 4];
  const calls = numbers.map((threads) => setThreads(threads));
  const refused = setThreads(0).catch((error) => error.name);
  const last = setThreads(3);
  for (let i = 0; i < 10; i++) {
    check(relu(x));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(await Promise.all(calls), numbers);
  assert.is(await refused, "OptionError");
  assert.is(await last, 3);
  assert.is(runtimeInfo().threads, 3);
  check(relu(x));
});

test("a call that fails leaves the next one its turn", async () => {
  using _ = sabotageWorkers([]);
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: string) => {
    if (name === "node:worker_threads") throw new Error("no such module");
    return getBuiltinModule(name);
  }) as typeof getBuiltinModule;
  const failing = setThreads(2).then(String, (error: Error) => error.message);
  assert.match(await failing, /no such module/);
  process.getBuiltinModule = getBuiltinModule;
  assert.is(await setThreads(2), 2);
});

test.run();
