// Fooling: what is found fools the network, and is smaller than what one would think of first.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Sequential } from "../../../lib/index.ts";
import { distanceOf, FOOL_STEPS, type Fooling, fool } from "../../../web/inside/compute/fool.ts";
import { inkOf } from "../../../web/inside/compute/ink.ts";
import { freeze, largestOf, logitsOf, scoresOf } from "../../../web/inside/compute/scores.ts";
import { changeSize } from "../../../web/inside/fool/change.ts";
import { sampleDigits } from "../../support/sample_digits.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("fooling");

const { network: cnn } = shippedModel("cnn");
const { network: linear } = shippedModel("linear");
freeze(cnn);
freeze(linear);
const digits = sampleDigits(2);

/** What is found at the end; searched once for each network and digit. */
function foolings(network: Sequential, pixels: Uint8Array): readonly (Fooling | null)[] {
  const known = searched.get(network)?.get(pixels);
  if (known) return known;
  const steps = [...fool(network, pixels)];
  assert.is(steps.length, FOOL_STEPS + 1);
  const { found } = steps[FOOL_STEPS];
  searched.set(network, (searched.get(network) ?? new Map()).set(pixels, found));
  return found;
}

const searched = new Map<Sequential, Map<Uint8Array, readonly (Fooling | null)[]>>();

function nearest(found: readonly (Fooling | null)[]): Fooling {
  const all = found.filter((each) => each !== null).sort((a, b) => a.distance - b.distance);
  assert.ok(all.length >= 7, `${all.length} digits were found`);
  return all[0];
}

test("each change that is found makes the network read the digit that it is for, as bytes", () => {
  for (const network of [cnn, linear]) {
    for (const { pixels } of digits) {
      const read = (each: Uint8Array): number => largestOf(logitsOf(network, [inkOf(each)])[0]);
      const found = foolings(network, pixels);
      assert.is(found[read(pixels)], null);
      for (const [digit, fooling] of found.entries()) {
        if (!fooling) continue;
        assert.is(fooling.digit, digit);
        assert.is(read(fooling.pixels), digit);
        assert.ok(Math.abs(fooling.distance - distanceOf(inkOf(pixels), inkOf(fooling.pixels))) < 1e-5);
      }
    }
  }
});

/** The least part of a change, in hundredths of itself, with which the network reads another digit; infinite where none does. */
function leastOf(network: Sequential, ink: Float32Array, direction: Float32Array, most: number): number {
  const own = largestOf(logitsOf(network, [ink])[0]);
  const parts = Array.from({ length: 100 }, (_, i) => (most * (i + 1)) / 100);
  const inks = parts.map((part) => ink.map((value, i) => Math.min(1, Math.max(0, value + part * direction[i]))));
  const first = logitsOf(network, inks).findIndex((logits) => largestOf(logits) !== own);
  return first < 0 ? Number.POSITIVE_INFINITY : distanceOf(ink, inks[first]);
}

test("the nearest is smaller than noise, a fade, a blend into another digit, and one step along the sign of the gradient", () => {
  for (const network of [cnn, linear]) {
    for (const [i, { pixels }] of digits.entries()) {
      const ink = inkOf(pixels);
      const { distance } = nearest(foolings(network, pixels));
      const other = inkOf(digits[(i + 1) % digits.length].pixels);
      const noise = ink.map((_, at) => Math.sin(78.233 * (at + 1)));
      const { logits, gradients } = scoresOf(network, ink);
      const own = gradients[largestOf(logits)];
      const mean = own.map((_, at) => gradients.reduce((sum, each) => sum + each[at], 0) / gradients.length);
      const alternatives = {
        noise: leastOf(network, ink, noise, 2),
        fade: leastOf(
          network,
          ink,
          ink.map((value) => -value),
          1,
        ),
        blend: leastOf(
          network,
          ink,
          ink.map((value, at) => other[at] - value),
          1,
        ),
        sign: leastOf(
          network,
          ink,
          own.map((value, at) => -Math.sign(value - mean[at])),
          0.5,
        ),
      };
      for (const [name, theirs] of Object.entries(alternatives)) {
        assert.ok(distance < theirs, `digit ${i}: ${distance} against ${theirs} of ${name}`);
      }
    }
  }
});

test("for the linear model it is hardly longer than the shortest way to its boundary, which is a plane", () => {
  for (const { pixels } of digits) {
    const ink = inkOf(pixels);
    const { logits, gradients } = scoresOf(linear, ink);
    const own = largestOf(logits);
    // Without the limits of ink the distance to the plane where two logits are equal: no change can be shorter.
    const planes = gradients.flatMap((gradient, digit) => {
      const normal = gradient.map((value, i) => value - gradients[own][i]);
      const length = Math.sqrt(normal.reduce((sum, value) => sum + value * value, 0));
      return digit === own ? [] : [(logits[own] - logits[digit]) / length];
    });
    const { distance } = nearest(foolings(linear, pixels));
    const least = Math.min(...planes);
    assert.ok(distance > 0.98 * least && distance < 1.5 * least, `${distance} against ${least}`);
  }
});

test("the size of a change is told as it is", () => {
  const before = Uint8Array.of(0, 255, 0, 0);
  const after = Uint8Array.of(0, 204, 51, 0);
  const { distance, share, pixels, most } = changeSize(before, after);
  assert.equal([pixels, most], [2, 51]);
  assert.ok(Math.abs(distance - Math.SQRT2 * 0.2) < 1e-12);
  assert.ok(Math.abs(share - Math.SQRT2 * 0.2) < 1e-12);
});

test.run();
