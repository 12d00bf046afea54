import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  AdamW,
  backward,
  clipGradNorm,
  crossEntropy,
  OptionError,
  runtimeInfo,
  scope,
  setThreads,
  type Tensor,
  tensor,
} from "../../lib/index.ts";
import { cnn } from "../../models/index.ts";
import { uniform64 } from "../support/array64.ts";

const test = suite("setThreads");

/** The SHA-256 of the CNN's weights after some steps with dropout, on random pictures. */
function trainedWeights(steps: number): string {
  const model = cnn({ seed: 3 });
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  const pictures = uniform64([20, 28, 28, 1], 1);
  for (let step = 0; step < steps; step++) {
    scope(() => {
      const x = tensor(pictures.data, pictures.shape);
      const y = tensor(
        Array.from({ length: 20 }, (_, i) => (i * 7 + step) % 10),
        [20],
        "i32",
      );
      optimizer.zeroGrad();
      backward(crossEntropy(model.forward(x), y));
      clipGradNorm(model.parameters(), 1);
      optimizer.step();
    });
  }
  const hash = createHash("sha256");
  for (const [, { data }] of [...model.namedParameters(), ...model.namedBuffers()] as [string, Tensor][]) {
    hash.update(Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  }
  return hash.digest("hex");
}

test.after(async () => {
  await setThreads(1);
});

test("1, 2 and 4 threads train the same weights, to the bit, in 50 steps with dropout", async () => {
  assert.is(await setThreads(1), 1);
  const one = trainedWeights(50);
  for (const threads of [2, 4]) {
    assert.is(await setThreads(threads), threads);
    assert.is(runtimeInfo().threads, threads);
    assert.is(trainedWeights(50), one, `${threads} threads`);
  }
});

test("back to one thread, runtimeInfo says why", async () => {
  await setThreads(1);
  assert.is(runtimeInfo().threads, 1);
  assert.is(runtimeInfo().singleThreadBecause, "one thread was asked for");
});

test("auto takes the machine's processors", async () => {
  assert.ok((await setThreads("auto")) >= 1);
  await setThreads(1);
});

test("idle workers use no processor time", async () => {
  await setThreads(4);
  trainedWeights(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 250_000, `${(user + system) / 1000} ms of processor time in 500 ms of idling`);
  await setThreads(1);
});

test("a number of threads that makes no sense is refused", async () => {
  for (const threads of [0, -1, 1.5, Number.NaN, 1000]) {
    try {
      await setThreads(threads);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, OptionError);
    }
  }
});

test.run();
