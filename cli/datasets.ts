// --data: which digits, and what the user must know about them.

import { type LoadMnistOptions, loadMnist, type MnistSets } from "../data/index.ts";
import { formatCount } from "./format.ts";
import { printNotice } from "./notice.ts";
import type { Progress } from "./progress.ts";

const SOURCES = ["auto", "mnist", "synthetic"] as const;

export interface Data extends MnistSets {
  /** "mnist" or "synthetic": what results say they are about. */
  name: string;
}

/**
 * @param data "auto", "mnist", "synthetic", or a folder with MNIST's files
 * @param seed of the synthetic digits and of the split
 */
export async function loadData(
  data: string,
  { seed, signal, progress }: { seed: number; signal: AbortSignal; progress: Progress },
): Promise<Data> {
  const source = SOURCES.find((known) => known === data);
  const onProgress: LoadMnistOptions["onProgress"] = ({ fileName, receivedBytes, totalBytes }) =>
    progress.update(
      `download ${fileName}`,
      totalBytes ? receivedBytes / totalBytes : 0,
      () => `${formatCount(receivedBytes / 1024)} KiB`,
    );
  const which = source ? { source: source as LoadMnistOptions["source"] } : { dir: data };
  const sets = await loadMnist({ ...which, seed, signal, onProgress });
  progress.clear();
  if (sets.notice) printNotice(sets.notice);
  return { ...sets, name: sets.train.name.startsWith("MNIST") ? "mnist" : "synthetic" };
}
