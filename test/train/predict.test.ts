import { suite } from "uvu";
import * as assert from "uvu/assert";
import { syntheticDigits } from "../../data/synthetic.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { Dropout } from "../../lib/nn/dropout.ts";
import { Flatten } from "../../lib/nn/flatten.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Module } from "../../lib/nn/module.ts";
import { Sequential } from "../../lib/nn/sequential.ts";
import { sum } from "../../lib/ops/sum.ts";
import { memoryUsage } from "../../lib/runtime/memory.ts";
import { tensor, zeros } from "../../lib/tensor/create.ts";
import { scope } from "../../lib/tensor/scope.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { evaluate, evaluationOf } from "../../lib/train/evaluate.ts";
import { predict, predictAsync } from "../../lib/train/predict.ts";
import { cnn } from "../../models/cnn.ts";
import { leaks } from "../support/leaks.ts";
import { stripes, stripesModel } from "../support/stripes.ts";

const test = suite("predict");

/** All rows at once, as a user would without predict. */
function atOnce(model: Module, { x }: { x: Tensor<"f32"> }): number[] {
  model.eval();
  const rows = noGrad(() => scope(() => [...model.forward(x).data]));
  model.train();
  return rows;
}

test("a row's output does not depend on the batch size, of a data set or of a tensor", () => {
  const digits = syntheticDigits({ count: 21, seed: 3 });
  const model = cnn({ seed: 1 });
  const x = tensor(pixelsOf(digits), [21, 28, 28, 1]);
  const expected = atOnce(model, { x });
  for (const batchSize of [1, 2, 8, 20, 21, 64]) {
    const [ofDataset, ofTensor] = [predict(model, digits, { batchSize }), predict(model, x, { batchSize })];
    assert.equal(ofDataset.shape, [21, 10]);
    assert.equal([...ofDataset.data], expected, `${batchSize}`);
    assert.equal([...ofTensor.data], expected, `${batchSize}`);
  }
});

function pixelsOf(digits: ReturnType<typeof syntheticDigits>): number[] {
  for (const { x } of digits.batches({ batchSize: digits.size })) return [...x.data];
  return [];
}

test("outputs may have any shape behind their rows", () => {
  class Totals extends Module {
    forward(x: Tensor<"f32">): Tensor<"f32"> {
      return sum(x, -1);
    }
  }
  assert.equal(predict(new Totals(), tensor([1, 2, 3, 4, 5, 6], [3, 2]), { batchSize: 2 }).toArray(), [3, 7, 11]);
  const x = tensor([1, 2, 3, 4], [2, 2, 1]);
  const same = predict(new Sequential({}), x);
  assert.equal(same.toArray(), x.toArray());
  same.data[0] = 7;
  assert.is(x.data[0], 1);
});

test("no rows give no rows, with the shape that the outputs would have", () => {
  assert.equal(predict(stripesModel(), zeros([0, 4, 4, 1])).shape, [0, 4]);
  assert.equal(predict(stripesModel(), stripes(8).take(0)).shape, [0, 4]);
});

test("images of a data set are distorted where that is asked for", () => {
  const [model, dataset] = [stripesModel(), stripes(30)];
  const distort = { shiftY: 1 };
  const moved = predict(model, dataset, { distort, batchSize: 7 });
  assert.equal(evaluationOf(moved, dataset.labels), evaluate(model, dataset, { distort }));
  assert.throws(
    () => predict(model, zeros([2, 4, 4, 1]), { distort }),
    /predict: only the images of a data set can be distorted/,
  );
});

test("it runs in evaluation mode and without gradients, and puts every module's mode back, also after an error", () => {
  const model = new Sequential({ flatten: new Flatten(), drop: new Dropout(0.9), fc: new Linear(16, 4) }, { seed: 1 });
  const [, [, drop]] = model.children();
  const modes = (): boolean[] => [model.isTraining, ...model.children().map(([, child]) => child.isTraining)];
  drop.isTraining = false;
  const before = modes();
  const logits = predict(model, stripes(40));
  assert.is(logits.requiresGrad, false);
  assert.equal([...logits.data], [...predict(model, stripes(40)).data]);
  assert.equal(modes(), before);
  assert.throws(() => predict(model, zeros([2, 5, 5, 1])));
  assert.equal(modes(), before);
});

test("nothing but the outputs stays in the arena, and of a failure nothing at all", () => {
  const [model, dataset] = [stripesModel(), stripes(50)];
  assert.is(
    leaks(() => predict(model, dataset, { batchSize: 7 }).dispose()),
    0,
  );
  assert.is(
    leaks(() => scope(() => void predict(model, dataset))),
    0,
  );
  class Fails extends Module {
    calls = 0;
    forward(x: Tensor<"f32">): Tensor<"f32"> {
      this.calls++;
      if (this.calls % 3 === 0) throw new Error("made to fail");
      return stripesLayer.forward(x);
    }
  }
  const stripesLayer = stripesModel();
  const fails = new Fails();
  assert.is(
    leaks(() => assert.throws(() => predict(fails, dataset, { batchSize: 7 }), /made to fail/)),
    0,
  );
});

test("the outputs outlive the scope that they are returned from", () => {
  const [model, dataset] = [stripesModel(), stripes(9)];
  const logits = scope(() => predict(model, dataset));
  assert.equal(logits.toArray(), predict(model, dataset).toArray());
});

test("predictAsync gives the same, tells its progress, and stops at a signal with nothing left behind", async () => {
  const [model, dataset] = [stripesModel(), stripes(50)];
  const seen: string[] = [];
  const onProgress = (done: number, total: number): unknown => seen.push(`${done}/${total}`);
  using logits = await predictAsync(model, dataset, { batchSize: 20, onProgress });
  assert.equal(logits.toArray(), predict(model, dataset).toArray());
  assert.equal(seen, ["20/50", "40/50", "50/50"]);

  const before = memoryUsage().inUseBytes;
  const controller = new AbortController();
  const stopped = predictAsync(model, dataset, {
    batchSize: 10,
    signal: controller.signal,
    onProgress: (done) => done === 20 && controller.abort(new Error("enough")),
  });
  await stopped.then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "enough"),
  );
  assert.is(memoryUsage().inUseBytes, before);
  assert.ok(model.isTraining);
});

test("a batch size of 0, a scalar, and a model that answers once for all rows are refused", () => {
  class Mean extends Module {
    forward(): Tensor<"f32"> {
      return zeros([1, 4]);
    }
  }
  assert.throws(() => predict(stripesModel(), stripes(8), { batchSize: 0 }), /predict: batchSize .* got 0/);
  assert.throws(() => predict(stripesModel(), tensor(1)), /predict: inputs must have rows.* got a scalar/);
  assert.throws(() => predict(new Mean(), stripes(8)), /predict: .*made \[1, 4\] of \[8, 4, 4, 1\]/);
});

test("evaluationOf finds in the outputs what evaluate finds, to the bit", () => {
  const [model, dataset] = [stripesModel(), stripes(103)];
  const logits = predict(model, dataset, { batchSize: 9 });
  assert.equal(evaluationOf(logits, dataset.labels), evaluate(model, dataset, { batchSize: 50 }));
  assert.is(
    leaks(() => void evaluationOf(logits, dataset.labels)),
    0,
  );
  assert.throws(() => evaluationOf(zeros([0, 4]), zeros([0], "u8")), /evaluationOf: there are no rows/);
  assert.throws(
    () => evaluationOf(logits, zeros([3], "u8")),
    /evaluationOf: the outputs for 3 labels must be logits, \[3, classes\]; got \[103, 4\]/,
  );
  assert.throws(() => evaluationOf(zeros([1, 4]), tensor([4], [1], "u8")), /label 0 is 4/);
});

test("the synchronous forms say that their options for pauses are for the others", () => {
  const [model, dataset] = [stripesModel(), stripes(8)];
  const { signal } = new AbortController();
  assert.throws(() => predict(model, dataset, { signal } as never), /^predict: it runs without a pause, so signal is for predictAsync; call that\.$/); // biome-ignore format: one line
  assert.throws(() => evaluate(model, dataset, { onProgress: () => {} } as never), /^evaluate: .* onProgress is for evaluateAsync;/); // biome-ignore format: one line
  assert.throws(() => predict(model, dataset, null as never), /^predict: options go in an object/);
});

test.run();
