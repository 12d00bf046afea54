// Numbers for a mutation: the same for the same seed and index, so that an index alone brings an input back.

/** Where readers go wrong: around 0, the powers of two that types end at, and what doubles cannot hold exactly. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 0xffffff] as const;
const LARGE = [0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x100000000, 2 ** 53 - 1, 2 ** 53, 2 ** 63] as const;

export class Random {
  private state: number;

  constructor(
    seed: number,
    readonly index = 0,
  ) {
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 0x7f4a7c15, 0xc2b2ae35);
    this.next();
  }

  /** An integer from 0 to 2³² − 1. Source: T. Ettinger's mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** An integer from 0 to n − 1. */
  below(n: number): number {
    return Math.floor((this.next() / 2 ** 32) * n);
  }

  /** An integer from `from` to `to`. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** In one of `n` cases. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** A count as a file may claim it: mostly near an edge, at times beyond what any file has. */
  edge(): number {
    return this.oneIn(4) ? this.pick(LARGE) : Math.max(0, this.pick(EDGES) + this.between(-1, 1));
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 255);
  }
}
