// The sum behind each pixel of a feature map is the one that the network computes.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noGrad } from "../../../lib/index.ts";
import { sumTolerance } from "../../../lib/selftest/array64.ts";
import { lookInside, type Unit } from "../../../web/inside/compute/feature_maps.ts";
import { inkOf, inputOf } from "../../../web/inside/compute/ink.ts";
import { hiddenPart, stagesOf } from "../../../web/inside/compute/stages.ts";
import { expectClose } from "../../support/expect_close.ts";
import { sampleDigits } from "../../support/sample_digits.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("feature maps");

const { network: cnn } = shippedModel("cnn");
const { network: linear } = shippedModel("linear");
const { pixels } = sampleDigits(1)[0];

test("the stages are the layers that learn, with what they are followed by", () => {
  assert.equal(
    stagesOf(cnn).map(({ name, source, result, pooling }) => [name, source, result, pooling]),
    [
      ["conv1", null, "relu1", "max"],
      ["conv2", "pool1", "relu2", "max"],
      ["conv3", "pool2", "relu3", "mean"],
      ["fc1", "dropout1", "relu4", null],
      ["fc2", "dropout2", "fc2", null],
    ],
  );
  assert.equal(
    stagesOf(linear).map(({ name, source, isRectified }) => [name, source, isRectified]),
    [["fc", "flatten", false]],
  );
});

test("the maps are what the network computes, the last ones its logits", () => {
  const { stages } = lookInside(cnn, pixels, null);
  assert.equal(
    stages.map(({ name, height, width, maps }) => [name, height, width, maps]),
    [
      ["conv1", 28, 28, 32],
      ["conv2", 14, 14, 64],
      ["conv3", 7, 7, 128],
      ["fc1", 1, 1, 64],
      ["fc2", 1, 1, 10],
    ],
  );
  const logits = noGrad(() => cnn.forward(inputOf([inkOf(pixels)])));
  expectClose(stages[4].values, logits.values, 1e-4, "logits");
  assert.ok(stages[0].values.every((value) => value >= 0));
});

/** Corners, where the window reaches over the edge, and places within, of maps at both ends and in the middle. */
function unitsOf(network: typeof cnn): Unit[] {
  return lookInside(network, pixels, null).stages.flatMap(({ name, height, width, maps }) =>
    [0, maps >> 1, maps - 1].flatMap((map) =>
      [
        [0, 0],
        [height >> 1, width >> 1],
        [height - 1, width >> 1],
        [height - 1, width - 1],
      ].map(([row, column]) => ({ stage: name, map, row, column })),
    ),
  );
}

test("terms, bias, normalisation and ReLU add up to the value that is shown", () => {
  for (const unit of [...unitsOf(cnn), ...unitsOf(linear)]) {
    const { stages, sum } = lookInside(unit.stage === "fc" ? linear : cnn, pixels, unit);
    assert.ok(sum);
    const title = JSON.stringify(unit);
    for (const { inputs, weights, sum: own } of sum.terms) {
      assert.is(inputs.length, sum.side ** 2, title);
      expectClose([own], [inputs.reduce<number>((all, input, i) => all + (input ?? 0) * weights[i], 0)], 1e-12, title);
    }
    const total = sum.terms.reduce((all, term) => all + term.sum, sum.bias + sum.rest.sum);
    expectClose([sum.total], [total], 1e-9, title);
    const normalized = sum.norm ? sum.norm.scale * (total - sum.norm.mean) + sum.norm.shift : total;
    const value = sum.isRectified ? Math.max(0, normalized) : normalized;
    expectClose([sum.value], [value], 1e-9, title);

    const maps = stages.find(({ name }) => name === unit.stage);
    assert.ok(maps);
    assert.is(sum.shown, maps.values[(unit.row * maps.width + unit.column) * maps.maps + unit.map], title);
    const products = sum.terms.flatMap(({ inputs, weights }) => inputs.map((input, i) => (input ?? 0) * weights[i]));
    const scale = Math.max(1, Math.abs(sum.norm?.scale ?? 1)) * Math.max(1, ...products.map(Math.abs));
    const terms = sum.side ** 2 * (sum.terms.length + sum.rest.maps);
    expectClose([sum.value], [sum.shown], sumTolerance(scale, terms), title);
  }
});

test("the largest contributions come first, and beyond the edge there is nothing", () => {
  const { sum } = lookInside(cnn, pixels, { stage: "conv2", map: 3, row: 0, column: 0 });
  assert.ok(sum);
  const sizes = sum.terms.map((term) => Math.abs(term.sum));
  assert.equal(
    sizes,
    [...sizes].sort((a, b) => b - a),
  );
  assert.is(sum.terms.length + sum.rest.maps, 32);
  for (const { inputs } of sum.terms) {
    assert.equal(
      inputs.map((input) => input === null),
      [true, true, true, true, false, false, true, false, false],
    );
  }
});

test("the hidden part says what the network's own hidden layer says", () => {
  const hidden = noGrad(() => hiddenPart(cnn).forward(inputOf([inkOf(pixels)])));
  assert.equal(hidden.shape, [1, 64]);
  expectClose(hidden.values, lookInside(cnn, pixels, null).stages[3].values, 1e-4, "hidden values");
});

test.run();
