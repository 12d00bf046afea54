// The loop that users write: no scope, no dispose, no Trainer.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { add } from "../../lib/ops/add.ts";
import { crossEntropy } from "../../lib/ops/cross_entropy.ts";
import { SGD } from "../../lib/optim/sgd.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("the plain loop");

test("10,000 iterations that free nothing stay flat in memory", () => {
  const model = stripesModel();
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  const dataset = stripes(1000);
  const used: number[] = [];
  const blocks: number[] = [];
  for (let epoch = 0; epoch < 100; epoch++) {
    for (const { x, y } of dataset.batches({ batchSize: 10, seed: 0, epoch })) {
      const loss = crossEntropy(model.forward(x), y);
      optimizer.zeroGrad();
      backward(loss);
      optimizer.step();
    }
    const usage = memoryUsage();
    used.push(usage.inUseBytes);
    blocks.push(usage.blocks);
  }
  assert.is(used[99], used[1], `bytes in use ${used.filter((_, i) => i % 10 === 1)}`);
  assert.is(blocks[99], blocks[1], `blocks ${blocks.filter((_, i) => i % 10 === 1)}`);
});

test("the loss of every step stays readable, and may be computed with, long after", () => {
  const model = stripesModel();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const losses: Tensor[] = [];
  const values: number[] = [];
  for (const { x, y } of stripes(200).batches({ batchSize: 10 })) {
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    backward(loss);
    optimizer.step();
    losses.push(loss);
    values.push(loss.item());
  }
  assert.equal(
    losses.map((loss) => loss.item()),
    values,
  );
  assert.is(noGrad(() => add(losses[0], losses[1])).item(), Math.fround(values[0] + values[1]));
  const before = memoryUsage().blocks;
  for (const loss of losses) loss.dispose();
  assert.ok(losses.every((loss) => loss.isDisposed));
  assert.throws(() => losses[0].item(), /was given back/);
  assert.ok(memoryUsage().blocks <= before - 3, "the two computed with and the last are in the arena");
});

test.run();
