// Newest: one request at a time is on its way, and of those that wait only the newest is sent on.

export class Newest<T> {
  private waiting: T | null = null;
  private isBusy = true;

  /** @param send called once `done()` was: nobody listens before */
  constructor(private readonly send: (value: T) => void) {}

  /** Sends it now, or when the one on its way is done, unless a newer one comes. */
  offer(value: T): void {
    this.waiting = value;
    this.next();
  }

  /** The one on its way is done. */
  done(): void {
    this.isBusy = false;
    this.next();
  }

  private next(): void {
    if (this.isBusy || this.waiting === null) return;
    const value = this.waiting;
    this.waiting = null;
    this.isBusy = true;
    this.send(value);
  }
}
