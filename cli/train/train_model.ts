// Trains one network from its first step, or from where an earlier half of the run stood, and tests it.

import { type Augmentation, evaluateAsync, historyOf, Trainer } from "../../lib/index.ts";
import { buildModel } from "../load/models.ts";
import { formatCount } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import { makeOptimizer, makeSchedule } from "./optimizers.ts";
import { RecordedLogits } from "./recorded_logits.ts";
import { RunKeeper } from "./run_keeper.ts";
import type { TrainJob } from "./train_job.ts";
import { emit, noteOnLoss, printResult, showEpoch, showStart, showStep } from "./train_output.ts";

/** @throws {InterruptedError} Ctrl-C came; the epoch to keep and the state so far are kept */
export async function trainModel(job: TrainJob): Promise<void> {
  const { plan, data, circumstances, resume, progress, signal } = job;
  const { recipe, seed } = plan;
  const model = buildModel(plan.model, { seed, dropout: recipe.dropout ?? undefined });
  const stepsPerEpoch = Math.ceil(data.train.size / recipe.batchSize);
  const begun = performance.now();
  const before = resume?.state.progress.seconds ?? 0;
  const seconds = (): number => before + (performance.now() - begun) / 1000;
  const restoreBest = recipe.keep === "best";
  const keeper = new RunKeeper(job, model, stepsPerEpoch);
  const trainer = new Trainer(model, {
    ...{ optimizer: makeOptimizer(model, recipe), schedule: makeSchedule(recipe, recipe.epochs * stepsPerEpoch) },
    ...{ seed, signal, epochs: recipe.epochs, batchSize: recipe.batchSize, labelSmoothing: recipe.labelSmoothing },
    ...{ augment: isStill(recipe.augment) ? undefined : recipe.augment, settle: recipe.settle },
    average: recipe.average > 0 ? { decay: recipe.average } : undefined,
    ...{ restoreBest, patience: plan.patience ?? undefined, maxSeconds: circumstances.maxSeconds },
    checkpointSeconds: circumstances.saveEvery,
    onCheckpoint: (state) => keeper.state(state),
    onStep: (report) => {
      keeper.step(report);
      showStep(job, report, seconds());
    },
    onEpoch: (report) => {
      keeper.epoch(report, trainer.history);
      keeper.draw(trainer.history);
      showEpoch(job, report);
    },
  });
  if (resume) trainer.history = historyOf(resume.state.epochs, { restoreBest });
  let hasBegun = false;
  try {
    keeper.begin(trainer.history);
    showStart(job, keeper.folder.path, stepsPerEpoch);
    hasBegun = true;
    const history = await trainer.fit(data.train, data.validation, { resume: resume?.state });
    const logits = new RecordedLogits(model, data.test.size, data.test.classes);
    const test = await evaluateAsync(logits, data.test, {
      signal,
      onProgress: (done, total) => progress.update("test", done / total, () => formatCount(done)),
    });
    const result = keeper.finish(history, test, logits, seconds());
    progress.clear();
    const { kept, stopped } = history;
    emit(job, {
      ...{ event: "done", dataset: data.name, test_images: data.test.size },
      ...{ epoch: kept?.epoch ?? null, val_accuracy: kept?.validationAccuracy ?? null, stopped: stopped?.why ?? null },
      ...result,
    });
    if (!circumstances.isJson) printResult(job, history, test, result);
    const note = noteOnLoss(kept?.validationLoss ?? 0, data.validation.classes);
    if (note !== null) progress.note(note);
    const { drawn, folder } = keeper;
    if (drawn.length > 0) progress.print(`Pictures: ${new Intl.ListFormat("en-GB").format(drawn)} in ${folder.path}`);
  } catch (error) {
    progress.clear();
    if (error === signal.reason) {
      const { error: interrupted, ...kept } = keeper.interrupt(trainer.history);
      emit(job, { event: "interrupted", ...kept });
      throw interrupted;
    }
    if (hasBegun) {
      keeper.fail(trainer.history, error);
      emit(job, { event: "failed", run: keeper.folder.path, error: messageOf(error) });
    } else keeper.abandon();
    throw error;
  } finally {
    keeper.close();
  }
}

/** Nothing to distort: then batches are made the shorter way. */
function isStill(augment: Required<Augmentation>): boolean {
  return Object.values(augment).every((most) => most === 0);
}
