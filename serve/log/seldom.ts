// seldom: what comes in floods says one line in ten seconds.

const EVERY_MS = 10_000;

export function seldom<Values extends unknown[]>(say: (...values: Values) => void): (...values: Values) => void {
  let saidMs = Number.NEGATIVE_INFINITY;
  return (...values) => {
    if (performance.now() - saidMs < EVERY_MS) return;
    saidMs = performance.now();
    say(...values);
  };
}
