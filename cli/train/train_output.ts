// What `mnist train` prints: events or a summary on stdout, progress on stderr.

import process from "node:process";
import type { EpochReport, Evaluation, History, StepReport } from "../../lib/index.ts";
import { formatCount, formatDuration, formatPercent } from "../terminal/format.ts";
import { programName } from "../terminal/program_name.ts";
import { shellWord } from "../terminal/shell_word.ts";
import { stdout } from "../terminal/terminal.ts";
import type { TrainJob } from "./train_job.ts";

/** A line of `--json`. */
export function emit(
  { circumstances, plan }: TrainJob,
  { event, ...rest }: { event: string } & Record<string, unknown>,
): void {
  if (circumstances.isJson) process.stdout.write(`${JSON.stringify({ event, model: plan.model, ...rest })}\n`);
}

/** @param run its folder */
export function showStart(job: TrainJob, run: string, stepsPerEpoch: number): void {
  const { data, resume, plan, progress } = job;
  const { epoch, step } = resume?.state.progress ?? {};
  emit(job, {
    event: "start",
    dataset: data.name,
    dataset_sha256: data.train.digest,
    notice: data.notice,
    run,
    ...(resume ? { resumed_at: { epoch, step } } : {}),
  });
  if (!resume) return;
  progress.print(`${plan.model} goes on in ${run}, after step ${step} of ${stepsPerEpoch} in epoch ${epoch}`);
}

export function showStep({ plan, progress }: TrainJob, report: StepReport, elapsed: number): void {
  const { model, recipe } = plan;
  const { epoch, step, stepsPerEpoch, loss, samplesPerSecond } = report;
  const part = ((epoch - 1) * stepsPerEpoch + step) / (recipe.epochs * stepsPerEpoch);
  progress.update(`${model} ${epoch}/${recipe.epochs}`, step / stepsPerEpoch, () => {
    const eta = formatDuration((elapsed / part) * (1 - part));
    return `${formatCount(samplesPerSecond)} images/s  loss ${loss.toFixed(4)}  ETA ${eta}`;
  });
}

export function showEpoch(job: TrainJob, report: EpochReport): void {
  const { epoch, trainLoss, validationLoss, validationAccuracy, samplesPerSecond, seconds } = report;
  emit(job, {
    event: "epoch",
    epoch,
    train_loss: trainLoss,
    val_loss: validationLoss,
    val_accuracy: validationAccuracy,
    samples_per_second: samplesPerSecond,
    seconds,
  });
  job.progress.print(
    `${job.plan.model} epoch ${epoch}/${job.plan.recipe.epochs}  loss ${trainLoss.toFixed(4)}  ` +
      `val loss ${validationLoss.toFixed(4)}  val accuracy ${formatPercent(validationAccuracy)}  ` +
      `${formatCount(samplesPerSecond)} images/s  ${formatDuration(seconds)}`,
  );
}

export function printResult(
  { plan, data, circumstances, progress }: TrainJob,
  { kept, stopped }: History,
  test: Evaluation,
  result: { parameters: number; seconds: number; checkpoint: string; weights_sha256: string },
): void {
  const { model, recipe } = plan;
  const accuracy = `${stdout.bold(`test accuracy ${formatPercent(test.accuracy)}`)} of ${formatCount(data.test.size)}`;
  const digits = data.name === "mnist" ? "MNIST" : stdout.yellow("synthetic digits, not MNIST");
  const lines = [
    `${model} on ${digits}: ${accuracy}, loss ${test.loss.toFixed(4)} (epoch ${kept?.epoch} of ${recipe.epochs})`,
    ...(stopped === null ? [] : [`stopped early: ${stopped.why}`]),
    `${formatCount(result.parameters)} parameters, ${formatDuration(result.seconds)}, weights sha256 ${result.weights_sha256}`,
    result.checkpoint,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  const elsewhere = circumstances.out === "outputs" ? "" : ` --runs ${shellWord(circumstances.out)}`;
  progress.print(`Try it: ${programName()} infer digit.png --model ${model} --run latest${elsewhere}`);
}
