// What the kinds of chaos have in common: how often, drawn from what, and what came of it.

/** Numbers in [0, 1), the same for the same seed: mulberry32. */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An integer from `low` to `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function oneOf<T>(random: Random, values: readonly T[]): T {
  return values[between(random, 0, values.length - 1)];
}

/** What an attack may come to; anything else is a fault. */
export type Verdict = "right" | "typed error";

/** One attack: what it was, and what came of it. */
export interface Attack {
  what: string;
  verdict: Verdict | "fault";
  /** What was wrong, of a fault. */
  why?: string;
}

/** Attacks, as they are made: whoever reads them sees where a hang began. */
export type Chaos = (times: number, random: Random) => AsyncGenerator<Attack>;
