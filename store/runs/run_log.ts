// What a run writes down as it goes: metrics.jsonl, for programs, and an event file, for TensorBoard. Both hold a line, or an
// event, for each epoch, and some fifty for the steps of each.

import { join } from "node:path";
import { readFileBounded } from "../../lib/base/read_file.node.ts";
import { reasonOf } from "../../lib/base/system_error.ts";
import { maskedCrc } from "../../lib/formats/tensorboard.ts";
import { type EpochReport, encodeEvent, encodeFileVersion, type StepReport } from "../../lib/index.ts";
import type { StepPoint } from "../../lib/plot/index.ts";
import { AppendFile } from "../files/append_file.ts";
import { FILE_LIMITS } from "../files/file_limits.ts";
import { type MetricsLine, metricsLineOrProblem, type StepLine, writeMetricsLine } from "./metrics_line.ts";

const METRICS_FILE = "metrics.jsonl";
const STEP_LINES = 50;

/** How long a run is to be. */
export interface RunLength {
  epochs: number;
  stepsPerEpoch: number;
}

/** How much of either file counts. */
export interface LogSizes {
  metrics: number;
  events: number;
}

export class RunLog {
  /** The steps kept so far, as curves are drawn of them. */
  readonly steps: StepPoint[] = [];
  /** What is wrong with the first line of an earlier half that is of no use; null where all are. */
  readonly damage: string | null = null;
  private readonly metrics: AppendFile;
  private readonly events: AppendFile;

  /**
   * @param started when the run began, as ISO 8601: the event file is named after it
   * @param kept    what is kept of an earlier half of the run; null for a new one
   */
  constructor(folder: string, started: string, length: RunLength, kept: LogSizes | null) {
    const seconds = Math.floor(Date.parse(started) / 1000);
    const events = `events.out.tfevents.${seconds}.simdgrad`;
    this.metrics = new AppendFile(join(folder, METRICS_FILE), kept?.metrics ?? 0, endOfLines);
    let opened: AppendFile | undefined;
    try {
      opened = new AppendFile(join(folder, events), kept?.events ?? 0, endOfEvents);
      if (opened.bytes === 0) opened.append(encodeFileVersion(seconds));
    } catch (error) {
      opened?.close();
      this.metrics.close();
      throw error;
    }
    this.events = opened;
    if (kept) this.damage = this.readSteps(join(folder, METRICS_FILE), length);
  }

  get sizes(): LogSizes {
    return { metrics: this.metrics.bytes, events: this.events.bytes };
  }

  /** Every how many steps one is kept, for about fifty per epoch. */
  step({ epoch, step, stepsPerEpoch, loss, learningRate }: StepReport): void {
    if (step % Math.ceil(stepsPerEpoch / STEP_LINES) !== 0) return;
    const stepOfRun = (epoch - 1) * stepsPerEpoch + step;
    this.line({ kind: "step", step: stepOfRun, epoch, loss, learningRate });
    this.steps.push({ epoch, step, stepsPerEpoch, loss, learningRate });
    this.event(stepOfRun, { "loss/step": loss, learning_rate: learningRate });
  }

  /** @param step of the run, counted from 1: the epoch's last */
  epoch(report: EpochReport, step: number): void {
    const { trainLoss, trainAccuracy, validationLoss, validationAccuracy } = report;
    this.line({ kind: "epoch", step, ...report });
    this.event(step, {
      ...{ "loss/train": trainLoss, "loss/validation": validationLoss },
      ...{ "accuracy/train": trainAccuracy, "accuracy/validation": validationAccuracy },
      images_per_second: report.samplesPerSecond,
    });
  }

  /** Makes sure that all so far outlasts this process, and the machine. */
  flush(): void {
    this.metrics.flush();
    this.events.flush();
  }

  close(): void {
    this.metrics.close();
    this.events.close();
  }

  /**
   * Those of the run's earlier halves. Anybody may have written to the file: curves are drawn of the lines that are of use.
   *
   * @returns the problem of the first that is not
   */
  private readSteps(path: string, length: RunLength): string | null {
    let damage: string | null = null;
    try {
      const lines = readFileBounded(path, FILE_LIMITS.log).toString().split("\n");
      for (const [i, content] of lines.entries()) {
        if (content === "") continue;
        const line = metricsLineOrProblem(content);
        const point = typeof line === "string" ? line : line.kind === "step" ? pointOf(line, length) : null;
        if (typeof point === "string") damage ??= `line ${i + 1} ${point}`;
        else if (point !== null) this.steps.push(point);
      }
    } catch (error) {
      damage = reasonOf(error);
    }
    return damage;
  }

  private line(line: MetricsLine): void {
    this.metrics.append(new TextEncoder().encode(`${writeMetricsLine(line)}\n`));
  }

  private event(step: number, scalars: Record<string, number>): void {
    this.events.append(encodeEvent({ wallTime: Date.now() / 1000, step, scalars }));
  }
}

/** @returns what is wrong with a step that is none of its epoch, or of a later epoch than there are */
function pointOf({ step: stepOfRun, epoch, loss, learningRate }: StepLine, length: RunLength): StepPoint | string {
  const { epochs, stepsPerEpoch } = length;
  const step = stepOfRun - (epoch - 1) * stepsPerEpoch;
  if (epoch <= epochs && step >= 1 && step <= stepsPerEpoch) return { epoch, step, stepsPerEpoch, loss, learningRate };
  return `has step ${stepOfRun}, which is none of epoch ${epoch}`;
}

function endOfLines(content: Uint8Array): number {
  return content.lastIndexOf(0x0a) + 1;
}

/**
 * A record is its data's length in 8 bytes, 4 of checksum, the data, and 4 of checksum again. TensorBoard reads no further
 * than the first whose checksums are wrong.
 */
function endOfEvents(content: Uint8Array): number {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  for (let end = 0; ; ) {
    if (end + 12 > content.length) return end;
    const length = Number(view.getBigUint64(end, true));
    const next = end + 12 + length + 4;
    if (next > content.length) return end;
    const [ofLength, ofData] = [content.subarray(end, end + 8), content.subarray(end + 12, next - 4)];
    if (!isSumOf(ofLength, content, end + 8) || !isSumOf(ofData, content, next - 4)) return end;
    end = next;
  }
}

function isSumOf(bytes: Uint8Array, content: Uint8Array, at: number): boolean {
  return maskedCrc(bytes).every((byte, i) => byte === content[at + i]);
}
