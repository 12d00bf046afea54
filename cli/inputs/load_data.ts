// --data: which digits, and what the user must know about them.

import { setImmediate } from "node:timers/promises";
import {
  DATA_SOURCES,
  type LoadTestOptions,
  loadMnist,
  loadMnistTest,
  type MnistSets,
  type MnistTest,
} from "../../data/index.node.ts";
import { DataError } from "../../lib/index.ts";
import type { Recipe } from "../../models/index.ts";
import { formatCount } from "../terminal/format.ts";
import { printNotice } from "../terminal/notice.ts";
import type { Progress } from "../terminal/progress.ts";

export type Data = MnistSets;

export interface LoadOptions {
  /** Of the synthetic digits and of the split. */
  seed: number;
  /** What another data set in the folder is called. */
  datasetName?: string;
  /** How many training images are held back; default: `maxValidation`, or a tenth where that is less. */
  validation?: number;
  maxValidation?: number;
  /** How those are chosen; default "random". */
  split?: Recipe["split"];
  /** At most this many images in each set. */
  limit: number | undefined;
  signal: AbortSignal;
  progress: Progress;
}

/** @param data "auto", "mnist", "sample", "synthetic", or a folder with MNIST's files */
export async function loadData(data: string, { progress, ...options }: LoadOptions): Promise<Data> {
  return shown(progress, options.signal, (how) => loadMnist({ ...whereOf(data), ...options, ...how }));
}

/** The test images alone. */
export async function loadTestData(
  data: string,
  { progress, ...options }: Pick<LoadOptions, "datasetName" | "limit" | "signal" | "progress">,
): Promise<MnistTest> {
  return shown(progress, options.signal, (how) => loadMnistTest({ ...whereOf(data), ...options, ...how }));
}

function whereOf(data: string): Pick<LoadTestOptions, "source" | "dir"> {
  const source = DATA_SOURCES.find((known) => known === data);
  return source ? { source } : { dir: data };
}

/** With its progress, and its notice where it has one. */
async function shown<T extends MnistTest>(
  progress: Progress,
  signal: AbortSignal,
  load: (how: Pick<LoadTestOptions, "onProgress">) => Promise<T>,
): Promise<T> {
  const loaded = await load({
    onProgress: ({ fileName, receivedBytes, totalBytes }) =>
      progress.update(
        `download ${fileName}`,
        totalBytes ? receivedBytes / totalBytes : 0,
        () => `${formatCount(receivedBytes / 1024)} KiB`,
      ),
  }).catch((error) => {
    if (!(error instanceof DataError) || error.details.needsName !== true) throw error;
    throw new DataError(`${error.message} As in --dataset-name Fashion-MNIST.`, error.details);
  });
  progress.clear();
  await letSignalsIn();
  signal.throwIfAborted();
  if (loaded.notice) printNotice(loaded.notice);
  return loaded;
}

/** Two turns of the event loop: a Ctrl-C that came while it stood still is delivered between them. */
async function letSignalsIn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
