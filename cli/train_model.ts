// Trains one network, and keeps the run: the best epoch's weights at once, the result at the end.

import { saveCheckpoint } from "../data/index.ts";
import { type Augmentation, evaluateAsync, type History, type Sequential, Trainer } from "../lib/index.ts";
import { InterruptedError } from "./exit_codes.ts";
import { formatCount } from "./format.ts";
import { buildModel } from "./models.ts";
import { makeOptimizer, makeSchedule } from "./optimizers.ts";
import { messageOf } from "./report_error.ts";
import { createRunFolder, type RunFolder, removeRunFolder, writeRunFile } from "./run_folder.ts";
import type { TrainJob } from "./train_job.ts";
import { emit, printResult, showEpoch, showStep } from "./train_output.ts";
import { checkpointMetadata, countParameters, runRecord } from "./train_record.ts";
import { weightsDigest } from "./weights_digest.ts";

/** @throws {InterruptedError} Ctrl-C came; the best epoch so far is kept */
export async function trainModel(job: TrainJob): Promise<void> {
  const { recipe, data, request, progress, signal } = job;
  const { seed } = request;
  const model = buildModel(job.model, { seed, dropout: recipe.dropout ?? undefined });
  const stepsPerEpoch = Math.ceil(data.train.size / recipe.batchSize);
  const optimizer = makeOptimizer(model, recipe);
  const schedule = makeSchedule(recipe, recipe.epochs * stepsPerEpoch);
  const started = new Date();
  const folder = createRunFolder(request.out, job.model, started);
  const seconds = (): number => (Date.now() - started.getTime()) / 1000;
  const trainer = new Trainer(model, {
    ...{
      optimizer,
      schedule,
      seed,
      signal,
      epochs: recipe.epochs,
      batchSize: recipe.batchSize,
      labelSmoothing: recipe.labelSmoothing,
      augment: isStill(recipe.augment) ? undefined : recipe.augment,
      average: recipe.average > 0 ? { decay: recipe.average } : undefined,
    },
    onStep: (report) => showStep(job, report, seconds()),
    onEpoch: (report) => {
      if (trainer.history.best === report)
        saveCheckpoint(folder.checkpoint, model, checkpointMetadata(job, report, null));
      showEpoch(job, report);
    },
  });
  const record = (status: string, more: object = {}): void =>
    writeRunFile(folder, { status, ...runRecord(job, model, started), ...more, history: trainer.history });
  let hasBegun = false;
  try {
    record("running");
    emit(job, {
      event: "start",
      dataset: data.name,
      dataset_sha256: data.train.digest,
      notice: data.notice,
      run: folder.path,
    });
    hasBegun = true;
    const { best } = await trainer.fit(data.train, data.validation);
    const test = await evaluateAsync(model, data.test, {
      signal,
      onProgress: (done, total) => progress.update("test", done / total, () => formatCount(done)),
    });
    saveCheckpoint(folder.checkpoint, model, checkpointMetadata(job, best, test));
    const result = {
      test_accuracy: test.accuracy,
      parameters: countParameters(model),
      seconds: seconds(),
      checkpoint: folder.checkpoint,
      weights_sha256: weightsDigest(model),
    };
    record("done", { test_loss: test.loss, ...result });
    progress.clear();
    emit(job, { event: "done", dataset: data.name, ...result });
    if (!request.isJson) printResult(job, best, test, result);
  } catch (error) {
    progress.clear();
    if (error === signal.reason) throw keepInterrupted(job, model, trainer.history, folder, record);
    if (hasBegun) noteFailure(record, error);
    else removeRunFolder(folder);
    throw error;
  }
}

/** Before the first epoch ended there is nothing that `--run latest` should find: then nothing is kept. */
function keepInterrupted(
  job: TrainJob,
  model: Sequential,
  { best }: History,
  folder: RunFolder,
  record: (status: string) => void,
): InterruptedError {
  emit(job, { event: "interrupted", checkpoint: best && folder.checkpoint });
  if (!best) {
    removeRunFolder(folder);
    return new InterruptedError("Interrupted before the first epoch ended; nothing is kept.");
  }
  saveCheckpoint(folder.checkpoint, model, checkpointMetadata(job, best, null));
  record("interrupted");
  return new InterruptedError(`Interrupted; the weights of epoch ${best.epoch} are kept in ${folder.checkpoint}.`);
}

/** The disk may be what failed: then the error that is on its way says so. */
function noteFailure(record: (status: string, more: object) => void, error: unknown): void {
  try {
    record("failed", { error: messageOf(error) });
  } catch {
    // The first error counts.
  }
}

/** Nothing to distort: then batches are made the shorter way. */
function isStill(augment: Required<Augmentation>): boolean {
  return Object.values(augment).every((most) => most === 0);
}
