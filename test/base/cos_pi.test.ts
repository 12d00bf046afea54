import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cosPi } from "../../lib/base/cos_pi.ts";

const test = suite("cosPi");

test("it agrees with Math.cos to 1e-14 between −4 and 4", () => {
  for (let i = -4000; i <= 4000; i++) {
    const t = i / 1000;
    // Math.cos(π·t) itself is off by up to 2e-15 where π·t is rounded.
    const error = Math.abs(cosPi(t) - Math.cos(Math.PI * t));
    assert.ok(error < 1e-14, `cosPi(${t}) is off by ${error}`);
  }
});

test("the ends and the middle are exact, the middle to rounding", () => {
  assert.is(cosPi(0), 1);
  assert.is(cosPi(1), -1);
  assert.is(cosPi(-1), -1);
  assert.is(cosPi(2), 1);
  assert.ok(Math.abs(cosPi(0.5)) < 1e-15);
});

test.run();
