// Whether a launch is worth sharing: both are tried, and the faster is kept.
//
// A short launch may take longer on two threads than on one: a few kilobytes that lie in the other thread's cache,
// columns so few that every thread reads every line, workers that sleep and would first be woken. No count says so, since
// a unit may be an element or an image; the clock does. So of ROUND launches of a kind (kernel and count) the first
// TRIALS are timed, alone and shared by turns, and the others run as the fastest did. That changes the speed, never the bits.

const ROUND = 1024;
const TRIALS = 16;
/** Launches that take longer alone are worth it without trials. */
const SHORT_MS = 0.25;
/** 2^10. Kinds that share one are taken for one kind, which can only cost time. */
const SLOTS = 1024;

export class Trials {
  private readonly uses = new Uint16Array(SLOTS);
  /** For each slot the fastest of this round, alone and shared; at first all are 0, and shared wins. */
  private readonly times = new Float64Array(2 * SLOTS);

  slotOf(kernel: number, count: number): number {
    return Math.imul(Math.imul(count, 193) + kernel, 0x9e3779b1) >>> 22;
  }

  /** Whether the next launch is a trial, whose time is to be recorded. */
  isDue(slot: number): boolean {
    return this.uses[slot] < TRIALS;
  }

  /** Whether the next trial is of a shared launch. */
  isOfShared(slot: number): boolean {
    return this.uses[slot] % 2 === 1;
  }

  record(slot: number, timeMs: number): void {
    const use = this.uses[slot]++;
    const i = 2 * slot + (use % 2);
    this.times[i] = use < 2 ? timeMs : Math.min(this.times[i], timeMs);
    if (use > 0 || timeMs < SHORT_MS) return;
    this.times[i + 1] = 0;
    this.uses[slot] = TRIALS;
  }

  /** Whether a launch that is no trial is faster shared. */
  isFasterShared(slot: number): boolean {
    const use = this.uses[slot];
    if (use >= TRIALS) this.uses[slot] = use < ROUND ? use + 1 : 0;
    return this.times[2 * slot + 1] <= this.times[2 * slot];
  }
}
