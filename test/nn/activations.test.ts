import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GELU } from "../../lib/nn/gelu.ts";
import { ReLU } from "../../lib/nn/relu.ts";
import { Sigmoid } from "../../lib/nn/sigmoid.ts";
import { Tanh } from "../../lib/nn/tanh.ts";
import { gelu } from "../../lib/ops/gelu.ts";
import { relu } from "../../lib/ops/relu.ts";
import { sigmoid } from "../../lib/ops/sigmoid.ts";
import { tanh } from "../../lib/ops/tanh.ts";
import { tensor } from "../../lib/tensor/create.ts";

const test = suite("ReLU, GELU, Sigmoid, Tanh");
const x = tensor([[-2, -0.5, 0, 0.5, 3]]);

for (const [name, layer, expected] of [
  ["ReLU", new ReLU(), relu(x)],
  ["GELU", new GELU(), gelu(x)],
  ["GELU by tanh", new GELU({ approximate: "tanh" }), gelu(x, { approximate: "tanh" })],
  ["Sigmoid", new Sigmoid(), sigmoid(x)],
  ["Tanh", new Tanh(), tanh(x)],
] as const) {
  test(`${name} is the op, without parameters`, () => {
    assert.equal(layer.forward(x).toArray(), expected.toArray());
    assert.equal(layer.parameters(), []);
  });
}

test.run();
