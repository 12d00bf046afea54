import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backward } from "../../lib/autograd/backward.ts";
import { noGrad } from "../../lib/autograd/grad_mode.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { rand } from "../../lib/ops/random.ts";
import { sum } from "../../lib/ops/sum.ts";
import { AdamW } from "../../lib/optim/adam.ts";
import { scope } from "../../lib/tensor/scope.ts";
import { cnn } from "../../models/cnn.ts";
import { leaks } from "../support/leaks.ts";

const test = suite("models/cnn");

test("it has exactly 102,026 parameters, and the layers of its table", () => {
  const model = cnn();
  assert.is(
    model.parameters().reduce((total, { size }) => total + size, 0),
    102_026,
  );
  assert.equal(
    model.children().map(([name]) => name),
    "conv1 bn1 relu1 pool1 conv2 bn2 relu2 pool2 conv3 bn3 relu3 pool3 flatten dropout1 fc1 relu4 dropout2 fc2".split(
      " ",
    ),
  );
});

test("it takes images to ten logits each, by the shapes of its table", () => {
  const expected = [
    [2, 28, 28, 32],
    [2, 14, 14, 32],
    [2, 14, 14, 64],
    [2, 7, 7, 64],
    [2, 7, 7, 128],
    [2, 1, 1, 128],
    [2, 128],
    [2, 64],
    [2, 10],
  ];
  let h = rand([2, 28, 28, 1], { seed: 0 });
  const shapes = cnn()
    .children()
    .map(([, layer]) => {
      h = noGrad(() => layer.forward(h));
      return h.shape;
    });
  assert.equal(
    shapes.filter((shape, i) => i === 0 || String(shape) !== String(shapes[i - 1])),
    expected,
  );
});

test("the dropout rates are p and 0.6·p", () => {
  const rates = (dropout?: number): unknown[] =>
    cnn({ dropout })
      .children()
      .flatMap(([, layer]) => ("p" in layer ? [layer.p] : []));
  assert.equal(rates(), [0.5, 0.3]);
  assert.equal(rates(0.25), [0.25, 0.15]);
  assert.throws(
    () => cnn({ dropout: 1 }),
    (error: unknown) => error instanceof OptionError,
  );
});

test("the seed decides the initial values and the masks", () => {
  const x = rand([4, 28, 28, 1], { seed: 0 });
  const logits = (seed: number): number[] => [...noGrad(() => cnn({ seed }).forward(x)).data];
  assert.equal(logits(1), logits(1));
  assert.not.equal(logits(1), logits(2));
});

test("a training step leaves the arena as it found it", () => {
  const model = cnn();
  const optimizer = new AdamW(model.parameters());
  const x = rand([9, 28, 28, 1], { seed: 0 }).keep();
  const kept = leaks(() =>
    scope(() => {
      backward(sum(model.forward(x)));
      optimizer.step();
      optimizer.zeroGrad();
    }),
  );
  assert.is(kept, 0);
});

test("in evaluation, an image's logits do not depend on the batch around it", () => {
  const model = cnn().eval();
  const images = rand([9, 28, 28, 1], { seed: 3 });
  const together = noGrad(() => model.forward(images)).data.slice(70, 80);
  const alone = rand([1, 28, 28, 1], { seed: 0 });
  alone.data.set(images.data.subarray(7 * 784, 8 * 784));
  assert.equal([...noGrad(() => model.forward(alone)).data], [...together]);
});

test.run();
