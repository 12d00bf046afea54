// Backoff: how long to wait before asking again, twice as long each time.

const [FIRST, LONGEST] = [1, 30];

export class Backoff {
  private seconds = FIRST / 2;

  /** @returns 1, 2, 4 … 30 seconds */
  next(): number {
    this.seconds = Math.min(LONGEST, 2 * this.seconds);
    return this.seconds;
  }
}
