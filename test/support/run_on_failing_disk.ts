// A run of the linear model on a few synthetic digits, in a folder of its own, for a disk that fails.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { thisProcess } from "../../cli/files/run_alive.ts";
import { listRuns } from "../../cli/runs/list_runs.ts";
import { resumeRun } from "../../cli/train/resume_run.ts";
import type { Circumstances } from "../../cli/train/train_job.ts";
import { trainModels } from "../../cli/train/train_models.ts";
import { makeAfresh, onFailingDisk } from "./failing_disk.ts";
import { GONE_PID, silently } from "./versions.ts";

const circumstances = (out: string): Circumstances => ({
  ...{ threads: 1, maxSeconds: undefined, saveEvery: 1000, out, isJson: false, isQuiet: true },
});
const neverAborted = new AbortController().signal;

/** Two epochs of two steps. @param place where its run is kept */
export function beginSmallRun(place: string): Promise<void> {
  return silently(() =>
    trainModels(
      {
        ...circumstances(place),
        ...{ models: ["linear"], preset: "fast", given: { epochs: 2, batchSize: 4 }, patience: undefined },
        ...{ seed: 3, limit: 8, data: "synthetic" },
      },
      neverAborted,
    ),
  );
}

export function goOnWithRun(place: string): Promise<void> {
  const request = { ...circumstances(place), id: "latest", model: undefined, data: undefined };
  return silently(() => resumeRun(request, neverAborted));
}

/** A run that stopped after its first epoch: by the last failure that leaves a state of it. */
export async function stopAfterOneEpoch(place: string): Promise<void> {
  makeAfresh(place);
  const { calls } = await onFailingDisk(place, {}, () => beginSmallRun(place));
  for (let failAt = calls.length - 1; failAt >= 0; failAt--) {
    makeAfresh(place);
    await onFailingDisk(place, { failAt }, () => beginSmallRun(place));
    const [run] = listRuns(place, ["linear"]);
    if (run?.epochs === 1 && existsSync(join(run.path, "state.safetensors"))) return;
  }
  throw new Error("no failure leaves a run of one epoch");
}

/** As if the process had ended that wrote this run.json. */
export function endRunner(run: string, content: object): void {
  const runner = { ...thisProcess(), pid: GONE_PID };
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...content, runner }));
}
