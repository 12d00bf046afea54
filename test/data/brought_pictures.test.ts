// Pictures as people bring them: of each kind that `npm run pictures` counts, a few with their right answers.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CONDITIONS } from "../../bench/pictures/conditions.ts";
import { randomOf } from "../../bench/pictures/random.ts";
import { loadMnistTest } from "../../data/index.node.ts";
import { preprocessDigit } from "../../data/index.ts";
import { Classifier } from "../../models/index.ts";
import { shippedModel } from "../support/shipped_model.ts";

const test = suite("pictures as people bring them");

const classifier = new Classifier(shippedModel("cnn").network);
const { images, labels } = (await loadMnistTest({ source: "sample" })).test;

/** One of MNIST's test digits of each class. */
const samples = Array.from({ length: 10 }, (_, digit) => {
  const at = labels.data.indexOf(digit);
  return { digit, image: images.data.slice(784 * at, 784 * (at + 1)) as Uint8Array };
});

for (const [i, { name, make }] of CONDITIONS.entries()) {
  test(`digits are read: ${name}`, () => {
    const random = randomOf(name);
    for (const k of [0, 3, 6]) {
      const { digit, image } = samples[(i + k) % 10];
      assert.is(classifier.read(preprocessDigit(make(image, random))).digit, digit);
    }
  });
}

test.run();
