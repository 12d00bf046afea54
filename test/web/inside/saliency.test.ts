// Gradients at the input, against finite differences.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { logits64, toState64 } from "../../../bench/network64.ts";
import { MNIST_NORMALIZATION } from "../../../data/index.ts";
import { stateDict } from "../../../lib/index.ts";
import { inkOf, pixelsOf } from "../../../web/inside/compute/ink.ts";
import { saliencyOf } from "../../../web/inside/compute/saliency.ts";
import { freeze, largestOf, logitsOf, scoresOf } from "../../../web/inside/compute/scores.ts";
import { expectClose } from "../../support/expect_close.ts";
import { sampleDigits } from "../../support/sample_digits.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("saliency");

const networks = [shippedModel("cnn").network, shippedModel("linear").network];
for (const network of networks) freeze(network);
const { mean: MEAN, std: STD } = MNIST_NORMALIZATION as { mean: number; std: number };
const { pixels, label } = sampleDigits(1)[0];
const ink = inkOf(pixels);

test("ink and pixels are the same picture", () => {
  assert.equal(pixelsOf(ink), pixels);
  assert.equal(pixelsOf(Float32Array.of(-0.2, 1.7)), Uint8Array.of(0, 255));
});

test("the logits are those of the network, and each gradient is of its own digit's", () => {
  for (const [i, network] of networks.entries()) {
    // On paper all pixels are equal, and which of equal ones max pooling takes a difference cannot tell: so with some grain.
    const grained = ink.map((value, at) => 0.5 * value + 0.25 * (1 + Math.sin(4.1 * at * at)));
    const { logits, gradients } = scoresOf(network, grained);
    expectClose(logits, logitsOf(network, [grained])[0], 1e-4, "logits");
    assert.is(gradients.length, 10);
    // Along a direction that every pixel has a part in: a central difference in f64, so near that no ReLU and no maximum turns.
    const direction = Float64Array.from({ length: 784 }, (_, at) => Math.sin(12.9898 * (at + 1)));
    const state = toState64(stateDict(network));
    const step = 1e-7;
    const [high, low] = [1, -1].map((sign) => {
      const moved = Float64Array.from(grained, (value, at) => (value + sign * step * direction[at] - MEAN) / STD);
      return logits64(i === 0 ? "cnn" : "linear", state, moved, false).data;
    });
    for (const [digit, gradient] of gradients.entries()) {
      const slope = gradient.reduce((sum, value, at) => sum + value * direction[at], 0);
      const difference = (high[digit] - low[digit]) / (2 * step);
      expectClose([slope], [difference], 1e-3 * (1 + Math.abs(difference)), `digit ${digit}`);
    }
  }
});

test("saliency is of the digit that is read unless another is asked for, and what is added to all digits has no part in it", () => {
  for (const network of networks) {
    assert.is(saliencyOf(network, pixels, null).digit, label);
    const all = Array.from({ length: 10 }, (_, digit) => saliencyOf(network, pixels, digit).gradient);
    const sums = all[0].map((_, i) => all.reduce((sum, gradient) => sum + gradient[i], 0));
    expectClose(sums, new Float32Array(784), 1e-5, "the sum over all digits");
  }
});

test("a step along it makes the digit surer, one against it less sure", () => {
  for (const network of networks) {
    const { digit, gradient } = saliencyOf(network, pixels, null);
    const margin = (values: Float32Array): number =>
      values[digit] - values.reduce((sum, value) => sum + value, 0) / values.length;
    const [less, now, more] = logitsOf(
      network,
      [-0.01, 0, 0.01].map((step) => ink.map((value, i) => value + step * gradient[i])),
    ).map(margin);
    assert.ok(less < now && now < more, `${less} < ${now} < ${more}`);
    assert.is(largestOf(logitsOf(network, [ink])[0]), digit);
  }
});

test.run();
