// A run of the linear model on a few synthetic digits, in its own folder, for a disk that fails.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrainOptions } from "../../cli/train/train_options.ts";
import { trainModels, trainOn } from "../../cli/train/train_runs.ts";
import { thisProcess } from "../../lib/base/run_process.node.ts";
import { listRuns } from "../../store/runs/list_runs.ts";
import { type RunRecord, writeRunRecord } from "../../store/runs/run_record.ts";
import { epochsOf } from "../../store/runs/stored_run.ts";
import { makeAfresh, onFailingDisk } from "./failing_disk.ts";
import { GONE_PID, silently } from "./versions.ts";

const optionsFor = (outputs: string): TrainOptions => ({
  ...{ threads: 1, maxSeconds: undefined, saveEvery: 1000, outputs, isWide: false, isJson: false, isQuiet: true },
});
const neverAborted = new AbortController().signal;

/** Two epochs of two steps. @param place where its run is kept */
export function beginSmallRun(place: string): Promise<void> {
  return silently(() =>
    trainModels(
      {
        ...optionsFor(place),
        ...{ models: ["linear"], preset: "fast", given: { epochs: 2, batchSize: 4 }, patience: undefined },
        ...{ seed: 3, limit: 8, data: "synthetic" },
      },
      neverAborted,
    ),
  );
}

export function resumeSmallRun(place: string): Promise<void> {
  const request = { ...optionsFor(place), id: "latest", model: undefined, data: undefined };
  return silently(() => trainOn(request, neverAborted));
}

/** A run that stopped after its first epoch: by the last failure that leaves a state of it. */
export async function stopAfterOneEpoch(place: string): Promise<void> {
  makeAfresh(place);
  const { calls } = await onFailingDisk(place, {}, () => beginSmallRun(place));
  for (let failAt = calls.length - 1; failAt >= 0; failAt--) {
    makeAfresh(place);
    await onFailingDisk(place, { failAt }, () => beginSmallRun(place));
    const [run] = listRuns(place, ["linear"]);
    if (run && epochsOf(run)?.done === 1 && existsSync(join(run.path, "state.safetensors"))) return;
  }
  throw new Error("no failure leaves a run of one epoch");
}

/** As if the process had ended that wrote this run.json. */
export function endRunner(run: string, record: RunRecord): void {
  const runner = { ...thisProcess(), pid: GONE_PID };
  writeFileSync(join(run, "run.json"), writeRunRecord({ ...record, runner }));
}
