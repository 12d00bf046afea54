import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OptionError } from "../../lib/base/errors.ts";
import { Conv2d } from "../../lib/nn/conv2d.ts";
import { conv2d } from "../../lib/ops/conv2d.ts";
import { rand } from "../../lib/ops/random.ts";

const test = suite("Conv2d");

test("it is the op with the layer's weight, bias, stride and padding", () => {
  const layer = new Conv2d(2, 3, 3, { stride: 2, padding: 1, seed: 0 });
  const x = rand([2, 5, 5, 2], { seed: 1 });
  const y = layer.forward(x);
  assert.equal(y.shape, [2, 3, 3, 3]);
  assert.equal([...y.data], [...conv2d(x, layer.weight, layer.bias, { stride: 2, padding: 1 }).data]);
});

test("stride 1, no padding and a bias are the defaults", () => {
  const layer = new Conv2d(1, 4, 3);
  assert.equal(layer.forward(rand([1, 5, 5, 1], { seed: 1 })).shape, [1, 3, 3, 4]);
  assert.equal(
    layer.namedParameters().map(([name, { shape }]) => [name, shape]),
    [
      ["weight", [3, 3, 1, 4]],
      ["bias", [4]],
    ],
  );
  assert.is(new Conv2d(1, 4, 3, { bias: false }).parameters().length, 1);
});

test("weight and bias start uniform in ±1/√(k·k·cin), as in PyTorch", () => {
  const bound = 1 / Math.sqrt(3 * 3 * 16);
  for (const { data } of new Conv2d(16, 64, 3, { seed: 2 }).parameters()) {
    assert.ok(data.every((value) => Math.abs(value) <= bound));
    assert.ok(Math.max(...data) > 0.9 * bound && Math.min(...data) < -0.9 * bound);
  }
});

test("sizes that are not integers ≥ 1 are refused", () => {
  assert.throws(
    () => new Conv2d(1, -4, 3),
    (error: unknown) => error instanceof OptionError && error.message.startsWith("Conv2d: cout must be"),
  );
});

test.run();
