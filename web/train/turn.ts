// Turn: which of the open tabs trains. They share what is kept on the device, so that one at a time has a run.

const NAME = "simdgrad training";
/** The page before, where this one is a reload, takes a moment to end. */
const GRACE_MS = 500;

export class Turn {
  /** Ends this tab's turn; null while it has none. */
  private done: (() => void) | null = null;
  private readonly others = new BroadcastChannel(NAME);

  /** @param onAsked called where another tab wants to go on with what this one has */
  constructor(onAsked: () => void) {
    this.others.onmessage = () => {
      if (this.done) onAsked();
    };
  }

  /** @returns whether this tab may train from now on, until `end()` */
  async take(): Promise<boolean> {
    if (this.done || !navigator.locks) return true; // over plain HTTP there are none
    try {
      await this.hold({ signal: AbortSignal.timeout(GRACE_MS) });
    } catch {
      return this.done !== null;
    }
    return true;
  }

  /** Takes it as soon as no other tab has it. */
  wait(): Promise<void> {
    return this.hold({});
  }

  end(): void {
    this.done?.();
    this.done = null;
  }

  /** Asks whichever tab has it to keep its run, and end its turn. */
  ask(): void {
    this.others.postMessage("give way");
  }

  private hold(options: LockOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const held = navigator.locks.request(
        NAME,
        options,
        () =>
          new Promise<void>((done) => {
            this.done = done;
            resolve();
          }),
      );
      held.catch(reject);
    });
  }
}
