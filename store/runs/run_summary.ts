// RunSummary: a run in a list: what became of it, how well it reads, and which version it is.

import type { ModelName } from "../../models/index.ts";
import type { VersionMark } from "../versions/version_marks.ts";
import { type RunSettings, settingsOf } from "./run_settings.ts";
import { epochsOf, failureOf, isResumable, measuredOnOf, type StoredRun, secondsOf, statusOf } from "./stored_run.ts";

/** Null for what nobody wrote down. */
export interface RunSummary {
  id: string;
  model: ModelName;
  /** As `statusOf` has it: "done", "died", "damaged", … */
  status: string;
  /** Why its run.json is of no use; null where it is of use. */
  problem: string | null;
  /** What it failed of; null where it did not. */
  error: string | null;
  canResume: boolean;
  /** Those that it went through. */
  epochs: number | null;
  plannedEpochs: number | null;
  limit: number | null;
  validationAccuracy: number | null;
  testAccuracy: number | null;
  testLoss: number | null;
  dataset: string | null;
  /** As in `TrainedOn`. */
  trainedOn: string | null;
  testImages: number | null;
  seconds: number | null;
  weightsSha256: string | null;
  /** The versions that it is. */
  versions: readonly number[];
  isCurrent: boolean;
  path: string;
  /** What decided it; null where they were not asked for. */
  settings: RunSettings | null;
}

/** @param isInFull with its settings */
export function summaryOf(run: StoredRun, mark: VersionMark, isInFull = false): RunSummary {
  const { record } = run;
  const { dataset, images, trainedOn = null } = measuredOnOf(run);
  return {
    id: run.id,
    model: run.model,
    status: statusOf(run),
    problem: run.problem,
    error: failureOf(run),
    canResume: isResumable(run),
    epochs: epochsOf(run)?.done ?? null,
    plannedEpochs: record.recipe.epochs ?? null,
    limit: record.limit,
    validationAccuracy: record.history?.kept?.validationAccuracy ?? null,
    testAccuracy: record.result.testAccuracy,
    testLoss: record.result.testLoss,
    ...{ dataset, trainedOn, testImages: images },
    seconds: secondsOf(run),
    weightsSha256: record.result.weightsSha256,
    ...mark,
    path: run.path,
    settings: isInFull ? settingsOf(run) : null,
  };
}

/** @returns one line of JSON, without its end */
export function writeRunSummary(summary: RunSummary): string {
  return JSON.stringify({
    id: summary.id,
    model: summary.model,
    status: summary.status,
    problem: summary.problem,
    error: summary.error,
    can_resume: summary.canResume,
    epochs: summary.epochs,
    planned_epochs: summary.plannedEpochs,
    limit: summary.limit,
    val_accuracy: summary.validationAccuracy,
    test_accuracy: summary.testAccuracy,
    test_loss: summary.testLoss,
    dataset: summary.dataset,
    trained_on: summary.trainedOn,
    test_images: summary.testImages,
    seconds: summary.seconds,
    weights_sha256: summary.weightsSha256,
    versions: summary.versions,
    is_current: summary.isCurrent,
    path: summary.path,
    settings: summary.settings ?? undefined,
  });
}
