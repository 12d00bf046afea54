import { suite } from "uvu";
import * as assert from "uvu/assert";
import { syntheticDigits } from "../../data/index.ts";
import { Dataset, Linear, predict, reliabilityOf, Sequential, stateDict } from "../../lib/index.ts";
import { DigitLikeness } from "../../models/digit_likeness.ts";
import { Classifier, calibrate, linear, readCheckpointMetadata, readDigitLikeness, trainedMetadata, writeCheckpointMetadata } from "../../models/index.ts"; // biome-ignore format: one line
import { shippedModel } from "../support/shipped_model.ts";

const test = suite("calibration");

const PIXELS = 784;
const digits = syntheticDigits({ count: 2400, seed: 3 });
const [train, validation] = digits.split(1200, { seed: 1 });

/** The shipped linear model, of which the logits are so many times as large. */
function sharpened(times: number): Sequential {
  const network = shippedModel("linear").network;
  const last = network.children().at(-1)?.[1] as Linear;
  for (const parameter of last.parameters()) for (let i = 0; i < parameter.size; i++) parameter.data[i] *= times;
  return network;
}

test("what is too sure, or too modest, is as sure afterwards as it is right, and reads the same", async () => {
  const found: number[] = [];
  for (const times of [0.5, 2]) {
    const network = sharpened(times);
    const read = [...predict(network, validation).data].map(Math.sign).length;
    const before = reliabilityOf(predict(network, validation), validation.labels);
    const calibration = await calibrate(network, train, validation);
    const after = reliabilityOf(predict(network, validation), validation.labels);
    assert.is(read, 12_000);
    assert.is(after.accuracy, before.accuracy);
    assert.ok(after.loss <= before.loss, `${before.loss} → ${after.loss}`);
    found.push(calibration?.temperature ?? 0);
  }
  // Four times as large: within the steps of 1/128.
  assert.ok(Math.abs(found[1] / found[0] - 4) < 0.15, found.join(" "));
});

test("nothing changes where the images are too few, or the network ends otherwise", async () => {
  const network = linear({ seed: 1 });
  const before = stateDict(network);
  assert.is(await calibrate(network, train, validation.take(999)), null);
  assert.is(await calibrate(new Sequential({ fc: new Linear(4, 3) }), train, validation), null);
  assert.equal(stateDict(network), before);
});

const { network, metadata } = shippedModel("linear");
const calibrated = await calibrate(network, train, validation);
const likeness = calibrated?.likeness as DigitLikeness;

test("of 1200 validation digits all but one are taken for digits, which makes 99.5 % of all digits certain; and noise is not", () => {
  const logits = predict(network, validation).data;
  const isDigit = (i: number): boolean =>
    likeness.judge(validation.images.data.subarray(i * PIXELS, (i + 1) * PIXELS), logits.subarray(10 * i, 10 * i + 10))
      .isDigit;
  const kept = Array.from({ length: validation.size }, (_, i) => isDigit(i)).filter(Boolean).length;
  // 0.995¹²⁰⁰·(1 + 1200·0.005/0.995) is 0.02, and with two of them left out it would be 0.06.
  assert.is(kept, validation.size - 1);
  const noise = Uint8Array.from({ length: PIXELS }, (_, i) => ((i * 97 + (i >> 3) * 31) % 2 ? 255 : 0));
  const classifier = new Classifier(network, { likeness });
  const answer = classifier.read(noise);
  assert.is(answer.isDigit, false);
  assert.match(answer.reason ?? "", /^it is unlike any digit that was learned, and least unlike a \d$/);
  assert.equal([new Classifier(network).read(noise).isDigit, classifier.read(new Uint8Array(PIXELS)).isDigit], [null, false]); // biome-ignore format: one line
});

test("a checkpoint keeps both: read back, it judges as before", () => {
  const texts = writeCheckpointMetadata({ ...metadata, temperature: 0.5, digitLikeness: likeness.toText() });
  const { temperature, digitLikeness } = readCheckpointMetadata(texts);
  assert.is(temperature, 0.5);
  const again = readDigitLikeness(digitLikeness) as DigitLikeness;
  const pixels = validation.images.data.subarray(0, PIXELS);
  const logits = predict(network, validation.take(1)).data;
  assert.is(again.distance(pixels, logits), likeness.distance(pixels, logits));
  assert.is(again.toText(), likeness.toText());
});

test("one that says nothing of it, or what cannot be, has temperature null and no judge", () => {
  const { temperature, digitLikeness } = readCheckpointMetadata({ temperature: "-1", digit_likeness: "no base64" });
  assert.equal([temperature, digitLikeness], [null, null]);
  for (const text of [
    null,
    "AAAA",
    "x".repeat(7208),
    likeness
      .toText()
      .replace(/^.{40}/, "A".repeat(40))
      .slice(4),
  ]) {
    assert.is(readDigitLikeness(text), null);
  }
  // A diagonal of zeros has no logarithm.
  assert.is(readDigitLikeness(`${"A".repeat(7206)}==`), null);
});

test("a class with few digits is no class to be like", () => {
  const few = new Dataset({ name: "few", images: train.take(20).images, labels: train.take(20).labels, classes: 10 });
  const seen = (set: Dataset) => ({ logits: new Float32Array(10 * set.size), pixels: set.images.data, labels: set.labels.data }); // biome-ignore format: one line
  assert.is(DigitLikeness.fit(seen(few), seen(few)), null);
});

test("a run's checkpoint says what was found", () => {
  const trained = { spec: { model: "linear", seed: 0 } as const, data: { train, test: validation }, dataset: "synthetic", trainedOn: "synthetic digits", kept: null, testAccuracy: null }; // biome-ignore format: one line
  const { temperature, digitLikeness } = trainedMetadata({ ...trained, calibration: calibrated });
  assert.equal([temperature, digitLikeness], [calibrated?.temperature, likeness.toText()]);
  assert.is(trainedMetadata({ ...trained, calibration: null }).temperature, null);
});

test.run();
