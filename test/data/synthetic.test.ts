import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadMnistTest } from "../../data/load_mnist.node.ts";
import { preprocessDigit } from "../../data/preprocess.ts";
import { syntheticDigits, syntheticDigitsAsync } from "../../data/synthetic.ts";
import { OptionError } from "../../lib/base/errors.ts";
import { sha256 } from "../../lib/base/sha256.ts";
import { AdamW } from "../../lib/optim/adam.ts";
import { runtimeInfo } from "../../lib/runtime/info.ts";
import { evaluate } from "../../lib/train/evaluate.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import { linear } from "../../models/linear.ts";
import { leaks } from "../support/leaks.ts";
import { paint } from "../support/picture.ts";

const test = suite("syntheticDigits");

function pictures({ images }: { images: { data: Uint8Array } }, from: number, to: number): number[] {
  return [...images.data.subarray(784 * from, 784 * to)];
}

test("pictures are 28 × 28 bytes, the classes in turn", () => {
  const set = syntheticDigits({ count: 23 });
  assert.equal(set.images.shape, [23, 28, 28]);
  assert.equal([...set.labels.data], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]);
  assert.is(set.name, "synthetic digits (seed 0)");
  assert.is(syntheticDigits({ count: 0 }).size, 0);
});

test("a picture depends on the seed and its number alone", () => {
  const set = syntheticDigits({ count: 200, seed: 5 });
  assert.equal(pictures(syntheticDigits({ count: 70, seed: 5 }), 0, 70), pictures(set, 0, 70));
  assert.equal(pictures(syntheticDigits({ count: 90, seed: 5, start: 110 }), 0, 90), pictures(set, 110, 200));
  assert.is.not(pictures(syntheticDigits({ count: 1, seed: 6 }), 0, 1).join(), pictures(set, 0, 1).join());
});

test("no two of a thousand are the same", () => {
  const set = syntheticDigits({ count: 1000, seed: 1 });
  const seen = new Set(Array.from({ length: 1000 }, (_, i) => pictures(set, i, i + 1).join()));
  assert.is(seen.size, 1000);
});

test("the bytes are the same on every platform and in every version", () => {
  assert.is(
    sha256(syntheticDigits({ count: 500, seed: 1 }).images.data),
    "837977a43d0236c4dc6acf1dd64db95f26c6851019125e59acd640d126e85bdf",
  );
});

test("they have MNIST's geometry: a longer side of 20 pixels, the centre of mass at index 14, full contrast", () => {
  const { images } = syntheticDigits({ count: 1000, seed: 2 });
  let boxes = 0;
  for (let i = 0; i < 1000; i++) {
    const digit = images.data.subarray(784 * i, 784 * (i + 1));
    let [left, right, top, bottom, mass, sumX, sumY, peak] = [28, -1, 28, -1, 0, 0, 0, 0];
    digit.forEach((value, at) => {
      if (value === 0) return;
      const [x, y] = [at % 28, Math.floor(at / 28)];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      [mass, sumX, sumY, peak] = [mass + value, sumX + value * x, sumY + value * y, Math.max(peak, value)];
    });
    const side = Math.max(right - left, bottom - top) + 1;
    // A stroke's very tip may round to nothing.
    assert.ok(side >= 19 && side <= 20, `picture ${i} has side ${side}`);
    if (side === 20) boxes++;
    const atEdge = left === 0 || top === 0 || right === 27 || bottom === 27;
    // Placed by the ink before it was rounded to bytes.
    const offCentre = Math.max(Math.abs(sumX / mass - 14), Math.abs(sumY / mass - 14));
    assert.ok(atEdge || offCentre < 0.51, `picture ${i} is ${offCentre} off the centre`);
    assert.ok(peak > 200, `picture ${i} has peak ${peak}`);
  }
  assert.ok(boxes > 900, `${boxes} of 1000 fill the box`);
});

test("preprocessing leaves nearly all of them as they are", () => {
  const { images } = syntheticDigits({ count: 300, seed: 3 });
  let changed = 0;
  for (let i = 0; i < 300; i++) {
    const digit = images.data.slice(784 * i, 784 * (i + 1));
    const { pixels } = preprocessDigit(paint(28, 28, (x, y) => digit[y * 28 + x]));
    if (pixels.some((value, at) => Math.abs(value - digit[at]) > 24)) changed++;
  }
  assert.ok(changed <= 15, `${changed} of 300 changed`);
});

test("drawing leaves no memory behind but the pictures", () => {
  assert.is(
    leaks(() => {
      const { images, labels } = syntheticDigits({ count: 100 });
      images.dispose();
      labels.dispose();
    }),
    leaks(() => {
      const { images, labels } = syntheticDigits({ count: 100, seed: 7 });
      images.dispose();
      labels.dispose();
    }),
  );
});

test("with pauses the same pictures are drawn, and the event loop runs meanwhile", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const set = await syntheticDigitsAsync({ count: 3000, seed: 4 });
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.is(set.digest, syntheticDigits({ count: 3000, seed: 4 }).digest);
});

test("stopped half-way, drawing gives back all memory", async () => {
  const before = runtimeInfo().memory.inUseBytes;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  const error = await syntheticDigitsAsync({ count: 60_000, signal: controller.signal }).catch((caught) => caught);
  assert.is(error, controller.signal.reason);
  assert.is(runtimeInfo().memory.inUseBytes, before);
});

test("options out of range are named", () => {
  for (const options of [
    { count: -1 },
    { count: 1.5 },
    { count: 1, seed: -1 },
    { count: 1, start: Number.NaN },
    { count: 2, start: 2 ** 53 },
    { count: 2, start: 2 ** 53 - 2 },
  ]) {
    assert.throws(
      () => syntheticDigits(options),
      (error: unknown) =>
        error instanceof OptionError && /^syntheticDigits: \w+ must be an integer/.test(error.message),
    );
  }
});

test("a linear model trained on them alone reads at least 75 % of the real test set", async () => {
  const { test: real } = await loadMnistTest();
  const model = linear({ seed: 0 });
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.01 });
  const train = syntheticDigits({ count: 20_000, seed: 1 });
  await new Trainer(model, { optimizer, epochs: 3, batchSize: 64, seed: 0 }).fit(
    train,
    syntheticDigits({ count: 500, seed: 2 }),
  );
  const { accuracy } = evaluate(model, real, { batchSize: 100 });
  console.log(
    `\na linear model trained on synthetic digits reads ${(100 * accuracy).toFixed(2)} % of the real test set`,
  );
  assert.ok(accuracy >= 0.75);
});

test.run();
