// Which of the ways to read a picture is believed.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { chooseReading, type JudgedReading } from "../../models/index.ts";

const test = suite("chooseReading");

/** A reading whose likeliest digit has this probability, the other nine the rest in equal parts. */
function reading(digit: number, probability: number, doubt = 0): JudgedReading {
  const probabilities = Array.from({ length: 10 }, (_, k) => (k === digit ? probability : (1 - probability) / 9));
  const judgement = { isDigit: null, reason: null, latencyMs: 1 };
  return { pixels: new Uint8Array(784), warnings: [`a ${digit}`], doubt, probabilities, ...judgement };
}

test("the reading of which the network is surer is taken, unless the picture speaks against it", () => {
  assert.is(chooseReading([reading(1, 0.5), reading(2, 0.99)]).digit, 2);
  assert.is(chooseReading([reading(1, 0.5), reading(2, 0.99, 0.6)]).digit, 1);
});

test("one that is nearly as good is named where it says another digit", () => {
  assert.equal(chooseReading([reading(4, 0.99), reading(9, 0.99, 0.1)]).warnings, [
    "a 4",
    "it may also be a 9, by other ink on the picture",
  ]);
  assert.equal(chooseReading([reading(4, 0.99), reading(9, 0.99, 0.2)]).warnings, ["a 4"]);
  assert.equal(chooseReading([reading(4, 0.99), reading(4, 0.98)]).warnings, ["a 4"]);
});

test("a certain digit has no more weight than a nearly certain one, and one of ten noughts none", () => {
  assert.is(chooseReading([reading(3, 0.999999), reading(5, 1, 0.01)]).digit, 3);
  const nothing = { ...reading(0, 0), probabilities: new Array<number>(10).fill(0) };
  assert.is(chooseReading([nothing, reading(6, 0.9)]).digit, 6);
  assert.is(chooseReading([nothing]).confidence, 0);
});

test.run();
