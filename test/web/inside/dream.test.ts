// Dreams: from anything uphill to a digit.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DREAM_STEPS, type DreamStart, type DreamStyle, dream, startOf } from "../../../web/inside/compute/dream.ts";
import { blur, shift } from "../../../web/inside/compute/filters.ts";
import { freeze } from "../../../web/inside/compute/scores.ts";
import { SIDE } from "../../../web/inside/side.ts";
import { expectClose } from "../../support/expect_close.ts";
import { sampleDigits } from "../../support/sample_digits.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("dreams");

const networks = [shippedModel("cnn").network, shippedModel("linear").network];
for (const network of networks) freeze(network);
const { pixels } = sampleDigits(1)[0];

test("wherever it begins, and in either style, both networks are sure of the digit at the end", () => {
  const cases: [DreamStart, DreamStyle, number][] = [
    ["paper", "smooth", 7],
    ["drawing", "bare", 2],
  ];
  for (const network of networks) {
    for (const [start, style, digit] of cases) {
      const steps = [...dream(network, digit, startOf(start, pixels), style)];
      assert.is(steps.length, DREAM_STEPS);
      const { probability } = steps[DREAM_STEPS - 1];
      assert.ok(probability > 0.9, `${digit} from ${start}, ${style}: ${probability}`);
    }
  }
});

test("the same dream is dreamt again", () => {
  const dreamt = () => [...dream(networks[1], 5, startOf("noise", null), "smooth")].at(-1);
  assert.equal(dreamt(), dreamt());
});

test("a shift moves by whole pixels, and paper comes in", () => {
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, i) => i + 1);
  const moved = shift(values, 2, -1);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const from = y + 1 < SIDE && x >= 2 ? values[(y + 1) * SIDE + x - 2] : 0;
      assert.is(moved[y * SIDE + x], from);
    }
  }
});

test("a blur spreads a point evenly, and keeps its sum", () => {
  const point = new Float32Array(SIDE * SIDE);
  point[14 * SIDE + 14] = 1;
  assert.is(blur(point, 0), point);
  const blurred = blur(point, 1.2);
  expectClose([blurred.reduce((sum, value) => sum + value, 0)], [1], 1e-6, "sum");
  const at = (y: number, x: number): number => blurred[y * SIDE + x];
  expectClose([at(13, 14), at(14, 13), at(14, 15)], [at(15, 14), at(15, 14), at(15, 14)], 1e-8, "sides");
  expectClose([at(14, 15) / at(14, 14)], [Math.exp(-1 / (2 * 1.44))], 1e-6, "a Gaussian's ratio");
});

test.run();
