// Keeps the screen on while a network is trained: a device that goes to sleep stops training. The system takes the lock away
// from a page that is put away, and gives it again when it is back.

let isWanted = false;
let lock: WakeLockSentinel | null = null;

export function holdScreen(isBusy: boolean): void {
  if (isBusy === isWanted) return;
  isWanted = isBusy;
  if (isBusy) void request();
  else void lock?.release().catch(() => {});
}

document.addEventListener("visibilitychange", () => void request());

/** A browser without it, or one that saves its battery, refuses: then the screen does as it likes. */
async function request(): Promise<void> {
  if (!isWanted || document.visibilityState !== "visible" || (lock && !lock.released)) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    if (!isWanted) await lock.release();
  } catch {
    lock = null;
  }
}
