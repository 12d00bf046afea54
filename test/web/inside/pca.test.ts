// Principal components, against power iteration with deflation, on what the CNN's hidden layer says of real digits.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { predict } from "../../../lib/index.ts";
import { principalComponents, project } from "../../../web/inside/compute/pca.ts";
import { hiddenPart } from "../../../web/inside/compute/stages.ts";
import { mapOf, placeOn } from "../../../web/inside/compute/test_digits.ts";
import { expectClose } from "../../support/expect_close.ts";
import { sampleDigits, sampleTest } from "../../support/sample_digits.ts";
import { shippedModel } from "../../support/shipped_model.ts";

const test = suite("principal components");

const { network: cnn } = shippedModel("cnn");
const digits = sampleTest.take(300);

/** The direction of the greatest variance of rows, and the variance along it: the plain way. */
function naive(rows: number[][], width: number): { axis: number[]; variance: number } {
  const apply = (axis: number[]): number[] => {
    const result = new Array<number>(width).fill(0);
    for (const row of rows) {
      const along = row.reduce((sum, value, i) => sum + value * axis[i], 0);
      for (let i = 0; i < width; i++) result[i] += (along * row[i]) / rows.length;
    }
    return result;
  };
  let axis = Array.from({ length: width }, (_, i) => Math.sin(i + 1));
  let variance = 0;
  for (let step = 0; step < 500; step++) {
    const next = apply(axis);
    variance = Math.hypot(...next);
    axis = next.map((value) => value / variance);
  }
  return { axis, variance };
}

test("axes and shares are those of the plain way", () => {
  const values = predict(hiddenPart(cnn), digits).values.slice();
  const width = 64;
  const { mean, axes, shares } = principalComponents(values, width, 3);
  let rows = Array.from({ length: digits.size }, (_, row) =>
    Array.from({ length: width }, (_, i) => values[row * width + i] - mean[i]),
  );
  const total = rows.flat().reduce((sum, value) => sum + value * value, 0) / rows.length;
  for (const [k, axis] of axes.entries()) {
    const expected = naive(rows, width);
    const sign = Math.sign(axis.reduce((sum, value, i) => sum + value * expected.axis[i], 0));
    expectClose(
      axis,
      expected.axis.map((value) => sign * value),
      1e-6,
      `axis ${k}`,
    );
    expectClose([shares[k]], [expected.variance / total], 1e-9, `share ${k}`);
    rows = rows.map((row) => {
      const along = row.reduce((sum, value, i) => sum + value * expected.axis[i], 0);
      return row.map((value, i) => value - along * expected.axis[i]);
    });
  }
});

test("all components together keep every distance", () => {
  const rows = Float32Array.from({ length: 40 * 5 }, (_, i) => Math.sin(3.7 * i) * (1 + (i % 5)));
  const components = principalComponents(rows, 5, 5);
  const points = Array.from({ length: 40 }, (_, i) => [...rows.subarray(5 * i, 5 * i + 5)]);
  const placed = points.map((point) => project(components, point));
  const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, i) => value - b[i]));
  for (let i = 1; i < 40; i++) {
    expectClose([distance(placed[0], placed[i])], [distance(points[0], points[i])], 1e-9, `point ${i}`);
  }
  expectClose([components.shares.reduce((sum, share) => sum + share, 0)], [1], 1e-12, "shares");
});

test("a digit that is on the map is put where it is, and is the nearest to itself", async () => {
  const map = await mapOf(cnn, digits);
  assert.is(map.points.length, 2 * digits.size);
  for (const [i, { pixels }] of sampleDigits(5).entries()) {
    const { x, y, nearest } = placeOn(map, cnn, pixels);
    expectClose([x, y], map.points.subarray(2 * i, 2 * i + 2), 1e-4, `digit ${i}`);
    assert.is(nearest[0].index, i);
    assert.ok(nearest[0].distance < 1e-3 && nearest[0].distance < nearest[1].distance);
  }
});

test.run();
