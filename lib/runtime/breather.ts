// @internal Lets the event loop run in the middle of long work, in Node and in browsers.

/** Half of the 50 ms that nobody should have to wait, so that the next piece of work still fits in. */
const WORK_MS = 25;

/** Counts the time since the event loop last ran; `await breather.pauseIfDue()` between pieces of work. */
export class Breather {
  private since = performance.now();

  /** @returns whether it paused: 25 ms of work had passed */
  async pauseIfDue(): Promise<boolean> {
    if (performance.now() - this.since < WORK_MS) return false;
    await nextTask();
    this.since = performance.now();
    return true;
  }
}

/**
 * Resolves in a later task, after timers, input and messages had their turn. Browsers delay a
 * nested setTimeout by 4 ms and have no setImmediate, so there a message to ourselves does it.
 */
function nextTask(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
    } else if (typeof MessageChannel !== "undefined") {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else {
      setTimeout(resolve, 0);
    }
  });
}
