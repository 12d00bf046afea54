// --data: which digits, and what the user must know about them.

import { setImmediate } from "node:timers/promises";
import { type DataSource, type LoadMnistOptions, loadMnist, type MnistSets } from "../../data/index.node.ts";
import { formatCount } from "../terminal/format.ts";
import { printNotice } from "../terminal/notice.ts";
import type { Progress } from "../terminal/progress.ts";

const SOURCES: readonly DataSource[] = ["auto", "mnist", "synthetic"];

export interface Data extends MnistSets {
  /** "mnist" or "synthetic": what results say they are about. */
  name: string;
}

export interface LoadOptions {
  /** Of the synthetic digits and of the split. */
  seed: number;
  /** How many training images are held back; default 5000. */
  validation?: number;
  /** Which: drawn one by one, or a block; default "drawn". */
  heldOut?: LoadMnistOptions["heldOut"];
  /** At most so many images in each set. */
  limit: number | undefined;
  signal: AbortSignal;
  progress: Progress;
}

/** @param data "auto", "mnist", "synthetic", or a folder with MNIST's files */
export async function loadData(data: string, { progress, ...options }: LoadOptions): Promise<Data> {
  const source = SOURCES.find((known) => known === data);
  const onProgress: LoadMnistOptions["onProgress"] = ({ fileName, receivedBytes, totalBytes }) =>
    progress.update(
      `download ${fileName}`,
      totalBytes ? receivedBytes / totalBytes : 0,
      () => `${formatCount(receivedBytes / 1024)} KiB`,
    );
  const sets = await loadMnist({ ...(source ? { source } : { dir: data }), ...options, onProgress });
  progress.clear();
  await letSignalsIn();
  options.signal.throwIfAborted();
  if (sets.notice) printNotice(sets.notice);
  return { ...sets, name: sets.train.name.startsWith("MNIST") ? "mnist" : "synthetic" };
}

/** Two turns of the event loop: a Ctrl-C that came while it stood still is delivered between them. */
async function letSignalsIn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
