// Trains one network from its first step, or from where an earlier half of the run stood, and tests it.

import { evaluationOf, historyOf, predictAsync, type Sequential, Trainer } from "../../lib/index.ts";
import { isStill, networkOf } from "../../models/index.ts";
import { formatCount } from "../terminal/format.ts";
import { messageOf } from "../terminal/report_error.ts";
import { makeOptimizer, makeSchedule } from "./optimizers.ts";
import { RunKeeper } from "./run_keeper.ts";
import type { TrainJob } from "./train_job.ts";
import { emit, showDrawn, showEnd, showEpoch, showStart, showStep } from "./train_output.ts";

/** @throws {InterruptedError} Ctrl-C came; the epoch to keep and the state so far are kept */
export async function trainModel(job: TrainJob): Promise<void> {
  const { plan, data, resume, progress, signal } = job;
  const { recipe, seed } = plan;
  const model = networkOf(plan.model).build({ seed, dropout: recipe.dropout ?? undefined });
  const stepsPerEpoch = Math.ceil(data.train.size / recipe.batchSize);
  const begun = performance.now();
  const before = resume?.state.progress.seconds ?? 0;
  const seconds = (): number => before + (performance.now() - begun) / 1000;
  const keeper = new RunKeeper(job, model, stepsPerEpoch);
  const trainer = makeTrainer(job, model, keeper, seconds);
  let hasBegun = false;
  try {
    keeper.begin(trainer.history);
    showStart(job, keeper.folder.path, stepsPerEpoch);
    hasBegun = true;
    const history = await trainer.fit(data.train, data.validation, { resume: resume?.state });
    using logits = await predictAsync(model, data.test, {
      signal,
      onProgress: (done, total) => progress.update("test", done / total, () => formatCount(done)),
    });
    const test = evaluationOf(logits, data.test.labels);
    const result = keeper.finish(history, test, logits, seconds());
    progress.clear();
    showEnd(job, history, test, result);
    showDrawn(job, keeper.drawn, keeper.folder.path);
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

/** A trainer that keeps the run and shows how it goes. */
function makeTrainer(job: TrainJob, model: Sequential, keeper: RunKeeper, seconds: () => number): Trainer {
  const { plan, circumstances, resume, signal } = job;
  const { recipe, seed } = plan;
  const restoreBest = recipe.keep === "best";
  const trainer = new Trainer(model, {
    ...{
      optimizer: makeOptimizer(model, recipe),
      schedule: makeSchedule(recipe, recipe.epochs * keeper.stepsPerEpoch),
    },
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
  return trainer;
}
