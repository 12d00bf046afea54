// The work of `mnist train --resume`: finds the run and its state, checks that it can be gone on with here, and does.

import { CheckpointError, type Dataset, runtimeInfo, type TrainingState } from "../../lib/index.ts";
import type { ModelName } from "../../models/index.ts";
import { type Data, loadData } from "../load/datasets.ts";
import { enableRelaxedSimd } from "../load/relaxed_simd.ts";
import { InterruptedError, UsageError } from "../terminal/exit_codes.ts";
import { formatDuration, shortDigest } from "../terminal/format.ts";
import { Progress } from "../terminal/progress.ts";
import { claimRun } from "./claim_run.ts";
import { findResumable } from "./find_resumable.ts";
import { resumeCommand } from "./resume_command.ts";
import { reopenRunFolder } from "./run_folder.ts";
import { type RunExtras, readRunState } from "./run_state.ts";
import type { Circumstances } from "./train_job.ts";
import { trainModel } from "./train_model.ts";
import { useThreads } from "./use_threads.ts";

export interface ResumeRequest extends Circumstances {
  /** A run's id, or "latest". */
  id: string;
  /** Of this network; undefined: of any. */
  model: ModelName | undefined;
  /** Where the digits are now; undefined: where they were. */
  data: string | undefined;
}

export async function resumeRun(request: ResumeRequest, signal: AbortSignal): Promise<void> {
  enableRelaxedSimd();
  const run = findResumable(request.out, request.model, request.id);
  const giveBack = await claimRun(run);
  const { id, path } = run;
  const progress = new Progress(request.isQuiet);
  try {
    const { state, extras } = readRunState(path);
    const { plan, logSizes } = extras;
    checkKernels(id, state);
    const maxSeconds = request.maxSeconds ?? extras.maxSeconds ?? undefined;
    checkBudget(id, state, maxSeconds);
    const { seed, limit, recipe } = plan;
    const { validation, heldOut } = recipe;
    const which = { seed, validation, heldOut, limit: limit ?? undefined };
    const data = await loadData(request.data ?? plan.data, { ...which, signal, progress });
    checkData(id, data, state, extras);
    await useThreads(plan.model, request.threads, progress);
    const resumed = [...plan.resumed, new Date().toISOString()];
    await trainModel({
      ...{ plan: { ...plan, resumed }, data, progress, signal },
      circumstances: { ...request, maxSeconds },
      resume: { folder: reopenRunFolder(id, path), state, logSizes },
    });
  } catch (error) {
    giveBack();
    if (error !== signal.reason) throw error;
    const command = resumeCommand(id, request.out);
    throw new InterruptedError(`Interrupted before its next step; the run is as it was. Go on with: ${command}`);
  } finally {
    progress.clear();
  }
}

/** @throws {CheckpointError} another arithmetic's roundings are in its weights */
function checkKernels(id: string, { setup }: TrainingState): void {
  const { arithmetic } = runtimeInfo();
  if (setup.kernels === arithmetic) return;
  throw new CheckpointError(
    `--resume ${id}: it was trained with the ${setup.kernels} kernels, and here are ${arithmetic} ones, which round ` +
      "otherwise. Resume it on a machine like the one it began on.",
    { state: setup.kernels, here: arithmetic },
  );
}

/** @throws {UsageError} the time is used up */
function checkBudget(id: string, { progress: { seconds } }: TrainingState, maxSeconds: number | undefined): void {
  if (maxSeconds === undefined || seconds < maxSeconds) return;
  const inMinutes = seconds < 60 ? "" : ` (${formatDuration(seconds)})`;
  throw new UsageError(
    `--resume ${id}: it has trained for ${seconds.toFixed(1)} s${inMinutes} of --max-seconds ` +
      `${maxSeconds}. Give more than that, as in --max-seconds ${Math.ceil(2 * seconds)}.`,
  );
}

/** @throws {CheckpointError} other digits than those it began with */
function checkData(id: string, { train, validation, test }: Data, { setup }: TrainingState, extras: RunExtras): void {
  const pairs: [role: string, began: unknown, here: Dataset][] = [
    ["training", setup.trainingSet, train],
    ["validation", setup.validationSet, validation],
    ["test", extras.testSet, test],
  ];
  for (const [role, began, { name, size, digest }] of pairs) {
    const before = began as RunExtras["testSet"];
    if (before.name === name && before.size === size && before.digest === digest) continue;
    throw new CheckpointError(
      `--resume ${id}: it began with another ${role} set: ${describe(before)}; here is ${describe({ name, size, digest })}. ` +
        "Say where the run's digits are with --data.",
      { role, began, here: { name, size, digest } },
    );
  }
}

function describe({ name, size, digest }: RunExtras["testSet"]): string {
  return `${name}, ${size} pictures, sha256 ${shortDigest(digest)}…`;
}
