// What `mnist train` prints: events or a summary on stdout, progress on stderr.

import process from "node:process";
import { type EpochReport, type Evaluation, type History, runtimeInfo, type StepReport } from "../../lib/index.ts";
import { formatCount, formatDuration, formatLoss, formatPercent, printable } from "../terminal/format.ts";
import { programName } from "../terminal/program_name.ts";
import { shellWord } from "../terminal/shell_word.ts";
import { stdout } from "../terminal/terminal.ts";
import type { Result } from "./run_keeper.ts";
import type { RunPlan, TrainJob } from "./train_job.ts";

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
  progress.print(
    resume
      ? `${plan.model} goes on in ${run}, after step ${step} of ${stepsPerEpoch} in epoch ${epoch}`
      : describeBeginning(plan, data.train.size, runtimeInfo().threads, run),
  );
}

/** @param run its folder; @example "cnn, preset standard: 10 epochs of 55,000 images, 2 threads; run outputs/cnn/…" */
export function describeBeginning(
  { model, recipe: { preset, epochs } }: RunPlan,
  images: number,
  threads: number,
  run: string,
): string {
  const counted = (count: number, what: string): string => `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
  const work = `${counted(epochs, "epoch")} of ${counted(images, "image")}, ${counted(threads, "thread")}`;
  return `${model}, preset ${preset}: ${work}; run ${printable(run)}`;
}

/**
 * Who knows nothing gives each class the same probability, and has a loss of ln(classes).
 *
 * @returns null where a network has learned more than that
 */
export function noteOnLoss(loss: number, classes: number): string | null {
  const guessing = Math.log(classes);
  if (loss <= guessing) return null;
  return `a validation loss of ${formatLoss(loss)} is worse than guessing (${formatLoss(guessing)}); lower --lr, or train longer`;
}

export function showStep({ plan, progress }: TrainJob, report: StepReport, elapsed: number): void {
  const { model, recipe } = plan;
  const { epoch, step, stepsPerEpoch, loss, samplesPerSecond } = report;
  const part = ((epoch - 1) * stepsPerEpoch + step) / (recipe.epochs * stepsPerEpoch);
  progress.update(`${model} ${epoch}/${recipe.epochs}`, step / stepsPerEpoch, () => {
    const eta = formatDuration((elapsed / part) * (1 - part));
    return `${formatCount(samplesPerSecond)} images/s  loss ${formatLoss(loss)}  ETA ${eta}`;
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
    `${job.plan.model} epoch ${epoch}/${job.plan.recipe.epochs}  loss ${formatLoss(trainLoss)}  ` +
      `val loss ${formatLoss(validationLoss)}  val accuracy ${formatPercent(validationAccuracy)}  ` +
      `${formatCount(samplesPerSecond)} images/s  ${formatDuration(seconds)}`,
  );
}

/** What it came to: as an event, or in words. */
export function showEnd(job: TrainJob, history: History, test: Evaluation, result: Result): void {
  const { circumstances, data, progress } = job;
  const { kept, stopped } = history;
  emit(job, {
    ...{ event: "done", dataset: data.name, test_images: data.test.size },
    ...{ epoch: kept?.epoch ?? null, val_accuracy: kept?.validationAccuracy ?? null, stopped: stopped?.why ?? null },
    ...result,
  });
  if (!circumstances.isJson) printResult(job, history, test, result);
  const note = noteOnLoss(kept?.validationLoss ?? 0, data.validation.classes);
  if (note !== null) progress.note(note);
}

/** @param run its folder */
export function showDrawn({ progress }: TrainJob, names: readonly string[], run: string): void {
  if (names.length > 0) progress.print(`Pictures: ${new Intl.ListFormat("en-GB").format(names)} in ${run}`);
}

function printResult(
  { plan, data, circumstances, progress }: TrainJob,
  { kept, stopped }: History,
  test: Evaluation,
  result: Result,
): void {
  const { model, recipe } = plan;
  const accuracy = `${stdout.bold(`test accuracy ${formatPercent(test.accuracy)}`)} of ${formatCount(data.test.size)}`;
  const digits = data.name === "mnist" ? "MNIST" : stdout.yellow("synthetic digits, not MNIST");
  const lines = [
    `${model} on ${digits}: ${accuracy}, loss ${formatLoss(test.loss)} (epoch ${kept?.epoch ?? 0} of ${recipe.epochs})`,
    ...(stopped === null ? [] : [`stopped early: ${stopped.why}`]),
    `${formatCount(result.parameters)} parameters, ${formatDuration(result.seconds)}, weights sha256 ${result.weights_sha256}`,
    result.checkpoint,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  const elsewhere = circumstances.out === "outputs" ? "" : ` --runs ${shellWord(circumstances.out)}`;
  progress.print(`Try it: ${programName()} infer digit.png --model ${model} --run latest${elsewhere}`);
}
