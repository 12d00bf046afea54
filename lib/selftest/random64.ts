// Philox4x32-10 in BigInt, as its authors define it: what the random kernels are held against.
// Source: Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3.

const MASK = 0xffffffffn;

/** Word i of a seed, as kernels/random.ts orders them: element 16g + 4w + l is word w of block 4g + l. */
export function words64(seed: number, stream: number, step: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => {
    const counter = [4 * Math.floor(i / 16) + (i % 4), stream, step, 0];
    return philox(counter, [seed, 0])[Math.floor((i % 16) / 4)];
  });
}

function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [c0 * 0xd2511f53n, c2 * 0xcd9e8d57n];
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & MASK, (p0 >> 32n) ^ c3 ^ k1, p0 & MASK];
    [k0, k1] = [(k0 + 0x9e3779b9n) & MASK, (k1 + 0xbb67ae85n) & MASK];
  }
  return [c0, c1, c2, c3].map(Number);
}
