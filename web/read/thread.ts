// The reader's worker: it is started before the page has anything else, and what it says is kept until somebody listens.

import { kernelsUrl, WEIGHTS } from "./files.ts";
import type { FromReader, ToReader } from "./messages.ts";

let worker: Worker | null = null;
let hear: ((message: FromReader) => void) | null = null;
let unheard: FromReader[] = [];

/** Ends the one before. */
export function startThread(): void {
  worker?.terminate();
  unheard = [];
  worker = new Worker(new URL("./reader_worker.ts", import.meta.url), { type: "module", name: "reader" });
  worker.onmessage = ({ data }: MessageEvent<FromReader>) => say(data);
  worker.onerror = () => fail("The part of the page that computes did not start.");
  try {
    const networks = WEIGHTS.map(({ name, url }) => ({ name, url: addressOf(url) }));
    tell({ kind: "start", kernels: addressOf(kernelsUrl("reading")), networks });
  } catch (error) {
    fail((error as Error).message);
  }
}

/** From now on, and what was said before. */
export function listen(listener: (message: FromReader) => void): void {
  hear = listener;
  for (const message of unheard.splice(0)) listener(message);
}

export function tell(message: ToReader, transfer: Transferable[] = []): void {
  worker?.postMessage(message, transfer);
}

function say(message: FromReader): void {
  if (hear) hear(message);
  else unheard.push(message);
}

function fail(problem: string): void {
  say({ kind: "failed", id: null, problem });
}

/** For a worker, which would look beside itself for what is beside the page. */
export function addressOf(url: string): string {
  return new URL(url, location.href).href;
}
