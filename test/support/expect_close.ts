// expectClose: two arrays agree, or a message that says how far, where and how often they do not.

/** @param tolerance largest absolute difference allowed; NaN matches NaN only, infinities themselves */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  label = "values",
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${label}: ${actual.length} values, expected ${expected.length}`);
  }
  let bad = 0;
  let first = -1;
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]);
    if (error <= tolerance) continue;
    bad++;
    if (first < 0) first = i;
    if (!(error <= worst)) worst = error;
  }
  if (bad > 0) {
    throw new Error(
      `${label}: ${bad} of ${actual.length} differ by more than ${tolerance.toExponential(1)}; ` +
        `first at ${first}: ${actual[first]}, expected ${expected[first]}; largest error ${worst.toExponential(2)}`,
    );
  }
}
