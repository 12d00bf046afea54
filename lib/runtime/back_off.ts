// How many workers may help, where other programs want the processors too.
//
// A worker that the system has put aside in the middle of a piece holds up the launch, for milliseconds where a step
// takes five; one that was woken on the caller's own processor only takes its time. Two threads are then slower than one.
// So when launches come late for a while, one worker less helps: for twice as long where that happens soon after the
// last return, and for the shortest time again where it does not. A late launch now and then costs less than a pause.

/** More than a sleeper needs to wake, less than a slice of processor time. */
export const LATE_MS = 0.2;
const FIRST_PAUSE_MS = 16;
const LONGEST_PAUSE_MS = 1024;
/** Who is late again within this time of a return has met the same trouble. */
const SOON_MS = 200;
/** For a launch that is late, and for each millisecond of waiting; a millisecond of launches on time takes as many back. */
const STRIKES_A_LAUNCH = 4;
const STRIKES_A_MS = 2;
const STRIKES = 12;
/** Few enough that a burst is soon forgotten. */
const MOST_STRIKES = 16;
/** A thread that was woken on a busy processor is moved to an idle one within this time. */
const PATIENCE_MS = 40;

export class BackOff {
  helpers: number;
  private pauseMs = FIRST_PAUSE_MS;
  private pauseEnd = 0;
  private strikes = 0;
  private troubleStart = 0;
  private returned = Number.NEGATIVE_INFINITY;

  constructor(private readonly workers: number) {
    this.helpers = workers;
  }

  /** Before a launch: one that has paused long enough helps again. */
  begin(now: number): void {
    if (this.helpers === this.workers || now < this.pauseEnd) return;
    this.helpers++;
    this.returned = now;
    this.pauseEnd = now + this.pauseMs;
  }

  /** After a launch that took so long, shared and on time. */
  onTime(timeMs: number): void {
    this.strikes = Math.max(0, this.strikes - timeMs * STRIKES_A_MS);
  }

  /** After a launch that was late, and in which the caller waited so long. */
  late(now: number, waitedMs: number): void {
    if (this.strikes === 0) this.troubleStart = now;
    this.strikes = Math.min(this.strikes + STRIKES_A_LAUNCH + waitedMs * STRIKES_A_MS, MOST_STRIKES);
    if (this.strikes < STRIKES || now - this.troubleStart < PATIENCE_MS) return;
    this.strikes = 0;
    const isSoon = now - this.returned < SOON_MS;
    this.pauseMs = isSoon ? Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
    this.pauseEnd = now + this.pauseMs;
    if (this.helpers > 0) this.helpers--;
  }
}
