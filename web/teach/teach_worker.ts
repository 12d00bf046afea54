// The teacher: a worker with kernels and networks of its own, so that drawing and reading go on meanwhile.

import { setThreads, useKernels } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { loadSample } from "../train/sample.ts";
import { endWithThreads } from "../workers/end_with_threads.ts";
import type { FromTeacher, ToTeacher } from "./messages.ts";
import { type Digits, Pupil, REPLAYED_DIGITS } from "./pupil.ts";

const pupils = new Map<ModelName, Pupil>();
let digits: Promise<Digits> | null = null;
/** One thing after another: kernels are there for one at a time. */
let last: Promise<unknown> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<ToTeacher>) => {
  last = last.then(() => take(data)).catch((error: Error) => tell({ kind: "failed", problem: error.message }));
});

async function take(message: ToTeacher): Promise<void> {
  if (message.kind === "kernels") {
    useKernels(message.kernels);
    // One is left to the page, and to reading. Where memory cannot be shared it is one thread.
    await setThreads(Math.max(1, navigator.hardwareConcurrency - 1), { workerUrl: message.poolUrl });
  } else if (message.kind === "base") {
    digits ??= loadDigits();
    pupils.set(message.name, new Pupil(message.name, message.weights, await digits));
  } else if (message.kind === "prepare") {
    for (const pupil of pupils.values()) await pupil.prepare();
  } else if (message.kind === "end") {
    await endWithThreads();
  } else {
    const taught = [];
    for (const pupil of pupils.values()) taught.push(await pupil.teach(message.lessons));
    tell({ kind: "taught", taught });
  }
}

async function loadDigits(): Promise<Digits> {
  try {
    const [train, test] = await Promise.all([loadSample("train"), loadSample("test")]);
    return { replay: train.take(REPLAYED_DIGITS), test };
  } catch (error) {
    digits = null; // The next one tries again.
    throw error;
  }
}

function tell(message: FromTeacher): void {
  postMessage(message);
}
