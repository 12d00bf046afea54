// A permutation of 0 … n−1 keyed by (seed, stream, step): the order of an epoch, the cut of a split.

/** A well-mixed 32-bit hash of its three words. */
function mix(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b ^ 0x85ebca77, 0xc2b2ae3d) ^ Math.imul(c ^ 0x27d4eb2f, 0x165667b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Fisher and Yates's shuffle, element i swapped by the i-th number of the stream. */
export function permutation(n: number, key: { seed: number; stream: number; step: number }): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const base = mix(key.seed, key.stream, key.step);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((mix(base, i, 1) / 2 ** 32) * (i + 1));
    const swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  return order;
}
