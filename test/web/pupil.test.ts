// A pupil: taught drawings are read right, real digits still are, and what was taught leaves nothing behind. And the store of
// lessons: of what anything else may have stored there only lessons.

import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pictureOf, preprocessDigit, readMnist } from "../../data/index.ts";
import { decodeCheckpoint } from "../../lib/index.ts";
import { Classifier, linear, readCheckpointMetadata } from "../../models/index.ts";
import { strokesOf } from "../../web/draw/sample_strokes.ts";
import { MOST_LESSONS, readLessons } from "../../web/teach/lesson_store.ts";
import { Pupil } from "../../web/teach/pupil.ts";

const test = suite("teaching");

const SHIPPED = readFileSync("models/pretrained/linear.safetensors");
const pixelsOf = (text: string): Uint8Array => preprocessDigit(pictureOf(strokesOf(text))).pixels;
const SLASHED = { pixels: pixelsOf("98 35, 60 60, 55 130, 98 162, 140 130, 140 60, 98 35 / 150 30, 45 170"), digit: 0 };
const SERIF = { pixels: pixelsOf("60 80, 100 35, 100 160 / 60 160, 140 160"), digit: 1 };

const sample = (part: string) =>
  readMnist({
    images: readFileSync(`data/mnist-sample/${part}-images-idx3-ubyte.gz`),
    labels: readFileSync(`data/mnist-sample/${part}-labels-idx1-ubyte.gz`),
  });
const digits = { replay: (await sample("train")).take(2000), test: (await sample("t10k")).take(2000) };

function reads(weights: Uint8Array, pixels: Uint8Array): number | null {
  const network = linear();
  decodeCheckpoint(network, weights);
  return new Classifier(network).read(pixels).digit;
}

test("drawings that are misread are read right once they were taught, and most of the others as before", async () => {
  const lessons = [SLASHED, SERIF];
  assert.not(lessons.some(({ pixels, digit }) => reads(SHIPPED, pixels) === digit));
  const taught = await new Pupil("linear", SHIPPED, digits).teach(lessons);
  assert.equal(taught.unlearned, []);
  assert.ok(lessons.every(({ pixels, digit }) => reads(taught.weights, pixels) === digit));
  assert.ok(
    taught.accuracyBefore > 0.88 && taught.accuracyAfter > taught.accuracyBefore - 0.05,
    JSON.stringify(taught),
  );
  assert.is(taught.testImages, 2000);
  const metadata = readCheckpointMetadata(decodeCheckpoint(linear(), taught.weights));
  assert.equal([metadata.testAccuracy, metadata.testImages, metadata.dataset], [taught.accuracyAfter, 2000, "mnist"]);
});

test("the same lessons give the same weights, whatever was taught before", async () => {
  const pupil = new Pupil("linear", SHIPPED, digits);
  const [first] = [await pupil.teach([SERIF])];
  await pupil.teach([SERIF, SLASHED]);
  const again = await pupil.teach([SERIF]);
  assert.equal(Buffer.compare(again.weights, first.weights), 0);
  const other = await new Pupil("linear", SHIPPED, digits).teach([SERIF]);
  assert.equal(Buffer.compare(other.weights, first.weights), 0);
});

test("what cannot be told apart is said: one drawing, taught as two digits", async () => {
  const both = [SERIF, { ...SERIF, digit: 2 }];
  const { unlearned } = await new Pupil("linear", SHIPPED, digits).teach(both);
  assert.is(unlearned.length, 1);
});

test("another network's weights are refused", () => {
  assert.throws(() => new Pupil("cnn", SHIPPED, digits), /Is it another model's\?/);
});

test("lessons come back as they were, and what is none is left out", () => {
  assert.equal(readLessons(structuredClone([SLASHED, SERIF])), [SLASHED, SERIF]);
  const wrong = [null, {}, { ...SERIF, digit: 10 }, { ...SERIF, digit: 1.5 }, { ...SERIF, pixels: Uint8Array.of(1) }];
  assert.equal(readLessons([...wrong, SERIF]), [SERIF]);
  assert.is(readLessons(Array(MOST_LESSONS + 5).fill(SERIF)).length, MOST_LESSONS);
  fc.assert(fc.property(fc.anything(), (stored) => Array.isArray(readLessons(stored))));
});

test.run();
