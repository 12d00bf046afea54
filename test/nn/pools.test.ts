import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AdaptiveAvgPool2d } from "../../lib/nn/adaptive_avg_pool2d.ts";
import { AvgPool2d } from "../../lib/nn/avg_pool2d.ts";
import { MaxPool2d } from "../../lib/nn/max_pool2d.ts";
import { adaptiveAvgPool2d } from "../../lib/ops/adaptive_avg_pool2d.ts";
import { avgPool2d } from "../../lib/ops/avg_pool2d.ts";
import { maxPool2d } from "../../lib/ops/max_pool2d.ts";
import { rand } from "../../lib/ops/random.ts";

const test = suite("MaxPool2d, AvgPool2d, AdaptiveAvgPool2d");
const x = rand([2, 6, 6, 3], { seed: 1 });

for (const [name, layer, expected] of [
  ["MaxPool2d", new MaxPool2d(2), maxPool2d(x, { kernelSize: 2 })],
  [
    "MaxPool2d with options",
    new MaxPool2d(3, { stride: 2, padding: 1 }),
    maxPool2d(x, { kernelSize: 3, stride: 2, padding: 1 }),
  ],
  ["AvgPool2d", new AvgPool2d(3), avgPool2d(x, { kernelSize: 3 })],
  [
    "AvgPool2d with options",
    new AvgPool2d(3, { stride: 1, padding: 1 }),
    avgPool2d(x, { kernelSize: 3, stride: 1, padding: 1 }),
  ],
  ["AdaptiveAvgPool2d", new AdaptiveAvgPool2d(1), adaptiveAvgPool2d(x, 1)],
  ["AdaptiveAvgPool2d of two sizes", new AdaptiveAvgPool2d([2, 4]), adaptiveAvgPool2d(x, [2, 4])],
] as const) {
  test(`${name} is the op, without parameters`, () => {
    assert.equal(layer.forward(x).toArray(), expected.toArray());
    assert.equal(layer.parameters(), []);
  });
}

test("the stride is the window's size unless given", () => {
  assert.equal(new MaxPool2d(2).forward(x).shape, [2, 3, 3, 3]);
  assert.equal(new AvgPool2d(3).forward(x).shape, [2, 2, 2, 3]);
});

test.run();
