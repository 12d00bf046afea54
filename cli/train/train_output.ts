// What `mnist train` prints: events or a summary on stdout, progress on stderr.

import { type EpochReport, runtimeInfo, type StepReport } from "../../lib/index.ts";
import { type ExperimentEvent, type Outcome, type TrainEvent, writeTrainEvent } from "../../models/index.ts";
import type { RunSpec } from "../../store/runs/run_spec.ts";
import type { RunWriter } from "../../store/runs/run_writer.ts";
import { type LinePart, lineOf } from "../terminal/columns.ts";
import { InterruptedError } from "../terminal/exit_codes.ts";
import { formatCount, formatDuration, formatLoss, formatPercent } from "../terminal/format.ts";
import type { Progress } from "../terminal/progress.ts";
import { messageOf } from "../terminal/report_error.ts";
import { mnistLine, outputsWords } from "../terminal/shell_line.ts";
import { stderr, stdout } from "../terminal/terminal.ts";
import { resumeCommand } from "./resume_command.ts";
import type { TrainOptions } from "./train_options.ts";

/** Shows a run as it goes. The run's writer is told of each event first, so that what is said is kept. */
export class TrainOutput {
  private kept: EpochReport | null = null;

  constructor(
    private readonly run: RunWriter,
    private readonly options: TrainOptions,
    private readonly progress: Progress,
  ) {}

  show(event: ExperimentEvent): void {
    switch (event.kind) {
      case "start":
        this.kept = event.history.kept;
        this.start();
        break;
      case "step":
        this.step(event.report, event.seconds);
        break;
      case "epoch":
        this.kept = event.history.kept;
        this.epoch(event.report);
        break;
      case "state":
        break;
      case "test":
        this.progress.update("test", event.done / event.total, () => formatCount(event.done));
        break;
      case "end":
        this.end(event.outcome);
        break;
      case "interrupted":
        this.interrupted();
        break;
      case "failed":
        this.failed(event.error);
        break;
    }
  }

  /** The line to end with. */
  interruption(): InterruptedError {
    const { run, options } = this;
    if (!run.isResumable) return new InterruptedError("Interrupted before the first step; nothing is kept.");
    const { id, checkpoint } = run.folder;
    const what = this.kept
      ? `the weights of epoch ${this.kept.epoch} are kept in ${checkpoint}`
      : "no epoch has ended yet";
    return new InterruptedError(`Interrupted; ${what}. Resume with: ${resumeCommand(id, options.outputs)}`);
  }

  private start(): void {
    const { spec, data, experiment, resumedAt, folder } = this.run;
    const run = folder.path;
    this.emit({
      event: "start",
      model: spec.model,
      dataset: data.source.dataset,
      trainedOn: data.source.title,
      datasetSha256: data.train.digest,
      notice: data.notice,
      run,
      resumedAt,
    });
    this.progress.print(
      resumedAt
        ? `${spec.model} resumes in ${run}, after step ${resumedAt.step} of ${experiment.stepsPerEpoch} in epoch ${resumedAt.epoch}`
        : describeBeginning(spec, data.train.size, runtimeInfo().threads, run),
    );
  }

  private step({ epoch, step, stepsPerEpoch, loss, samplesPerSecond }: StepReport, elapsed: number): void {
    const {
      progress,
      run: { spec },
    } = this;
    const { epochs } = spec.recipe;
    const part = ((epoch - 1) * stepsPerEpoch + step) / (epochs * stepsPerEpoch);
    progress.update(`${spec.model} ${epoch}/${epochs}`, step / stepsPerEpoch, () => {
      const eta = formatDuration((elapsed / part) * (1 - part));
      return `${formatCount(samplesPerSecond)} images/s  loss ${formatLoss(loss)}  ETA ${eta}`;
    });
  }

  private epoch(report: EpochReport): void {
    const {
      progress,
      run: { spec },
    } = this;
    const { epoch, trainLoss, validationLoss, validationAccuracy, samplesPerSecond, seconds } = report;
    this.emit({
      ...{ event: "epoch", model: spec.model, epoch, trainLoss, validationLoss, validationAccuracy },
      ...{ samplesPerSecond, seconds },
    });
    const parts: LinePart[] = [
      `${spec.model} epoch ${epoch}/${spec.recipe.epochs}`,
      [`loss ${formatLoss(trainLoss)}`, 3],
      [`val loss ${formatLoss(validationLoss)}`, 4],
      `val accuracy ${formatPercent(validationAccuracy)}`,
      [`${formatCount(samplesPerSecond)} images/s`, 1],
      [formatDuration(seconds), 2],
    ];
    progress.print(lineOf(parts, stderr));
  }

  private end(outcome: Outcome): void {
    const { options, progress } = this;
    const { history, test, seconds, parameters, weightsSha256 } = outcome;
    const { spec, data, folder, drawn } = this.run;
    const { kept, stopped } = history;
    const { path, checkpoint } = folder;
    progress.clear();
    this.emit({
      event: "done",
      model: spec.model,
      dataset: data.source.dataset,
      trainedOn: data.source.title,
      testImages: data.test.size,
      epoch: kept?.epoch ?? null,
      validationAccuracy: kept?.validationAccuracy ?? null,
      stopped: stopped?.why ?? null,
      testAccuracy: test.evaluation.accuracy,
      testLoss: test.evaluation.loss,
      parameters,
      seconds,
      checkpoint,
      weightsSha256,
    });
    if (!options.isJson) this.printResult(outcome);
    const note = noteOnLoss(kept?.validationLoss ?? 0, data.validation.classes);
    if (note !== null) progress.note(note);
    if (drawn.length > 0) progress.print(`Pictures: ${new Intl.ListFormat("en-GB").format(drawn)} in ${path}`);
  }

  private printResult({ history: { kept, stopped }, test, seconds, parameters, weightsSha256 }: Outcome): void {
    const { options, progress } = this;
    const { spec, data, folder } = this.run;
    const accuracy = stdout.bold(`test accuracy ${formatPercent(test.evaluation.accuracy)}`);
    const { kind, title } = data.source;
    const digits = kind === "folder" || kind === "download" ? title : stdout.yellow(title);
    const lines = [
      `${spec.model} on ${digits}: ${accuracy} of ${formatCount(data.test.size)}, loss ${formatLoss(test.evaluation.loss)} (epoch ${kept?.epoch ?? 0} of ${spec.recipe.epochs})`,
      ...(stopped === null ? [] : [`stopped early: ${stopped.why}`]),
      `${formatCount(parameters)} parameters, trained in ${formatDuration(seconds)}`,
      `weights sha256 ${weightsSha256}`,
      folder.checkpoint,
    ];
    stdout.print(lines);
    const words = ["infer", "digit.png", "--model", spec.model, "--run", folder.id];
    progress.print(`Try it: ${mnistLine([...words, ...outputsWords("runs", options.outputs)])}`);
  }

  private interrupted(): void {
    const { options } = this;
    const { spec, isResumable, folder } = this.run;
    this.emit({
      event: "interrupted",
      model: spec.model,
      checkpoint: isResumable && this.kept ? folder.checkpoint : null,
      resume: isResumable ? resumeCommand(folder.id, options.outputs) : null,
    });
  }

  private failed(error: unknown): void {
    this.progress.clear();
    const { spec, folder } = this.run;
    this.emit({ event: "failed", model: spec.model, run: folder.path, error: messageOf(error) });
  }

  private emit(event: TrainEvent): void {
    if (this.options.isJson) stdout.write(writeTrainEvent(event));
  }
}

/** @param run its folder; @example "cnn, preset standard: 10 epochs of 55,000 images, 2 threads; run outputs/cnn/…" */
export function describeBeginning(
  { model, recipe: { preset, epochs } }: RunSpec,
  images: number,
  threads: number,
  run: string,
): string {
  const counted = (count: number, what: string): string => `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
  const work = `${counted(epochs, "epoch")} of ${counted(images, "image")}, ${counted(threads, "thread")}`;
  return `${model}, preset ${preset}: ${work}; run ${run}`;
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
