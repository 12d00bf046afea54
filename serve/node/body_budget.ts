// BodyBudget: how many bytes the bodies of all requests may hold together. Each alone has its limit; a thousand at once would
// still be a gigabyte.

export class BodyBudget {
  private held = 0;

  constructor(readonly maxBytes: number) {}

  /** @returns whether there is room; if so, it is taken */
  take(bytes: number): boolean {
    if (this.held + bytes > this.maxBytes) return false;
    this.held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.held -= bytes;
  }

  /** Bytes that are held. */
  get heldBytes(): number {
    return this.held;
  }
}
