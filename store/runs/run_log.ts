// What a run writes down as it goes: metrics.jsonl, for programs, and an event file, for TensorBoard. Both hold a line, or an
// event, for each epoch, and some fifty for the steps of each.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type EpochReport, encodeEvent, encodeFileVersion, type StepReport } from "../../lib/index.ts";
import type { StepPoint } from "../../lib/plot/index.ts";
import { AppendFile } from "../files/append_file.ts";
import { type MetricsLine, readMetricsLine, writeMetricsLine } from "./metrics_line.ts";

const METRICS_FILE = "metrics.jsonl";
const STEP_LINES = 50;

/** How much of either file counts. */
export interface LogSizes {
  metrics: number;
  events: number;
}

export class RunLog {
  private readonly metrics: AppendFile;
  private readonly events: AppendFile;
  private readonly folder: string;

  /**
   * @param started when the run began, as ISO 8601: the event file is named after it
   * @param kept    what is kept of an earlier half of the run; null for a new one
   */
  constructor(folder: string, started: string, kept: LogSizes | null) {
    const seconds = Math.floor(Date.parse(started) / 1000);
    this.folder = folder;
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
  }

  get sizes(): LogSizes {
    return { metrics: this.metrics.bytes, events: this.events.bytes };
  }

  /** Every how many steps one is kept, for about fifty per epoch. */
  step({ epoch, step, stepsPerEpoch, loss, learningRate }: StepReport): void {
    if (step % Math.ceil(stepsPerEpoch / STEP_LINES) !== 0) return;
    const stepOfRun = (epoch - 1) * stepsPerEpoch + step;
    this.line({ kind: "step", step: stepOfRun, epoch, loss, learningRate });
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

  /**
   * The steps so far, as curves are drawn of them.
   *
   * @throws {DataError} a line is damaged, by whoever wrote to the file
   */
  steps(stepsPerEpoch: number): StepPoint[] {
    const text = readFileSync(join(this.folder, METRICS_FILE), "utf8");
    return text.split("\n").flatMap((content, i) => {
      const line = content === "" ? null : readMetricsLine(content, `${METRICS_FILE}, line ${i + 1},`);
      if (line?.kind !== "step") return [];
      const { epoch, loss, learningRate } = line;
      return [{ epoch, step: line.step - (epoch - 1) * stepsPerEpoch, stepsPerEpoch, loss, learningRate }];
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

  private line(line: MetricsLine): void {
    this.metrics.append(new TextEncoder().encode(`${writeMetricsLine(line)}\n`));
  }

  private event(step: number, scalars: Record<string, number>): void {
    this.events.append(encodeEvent({ wallTime: Date.now() / 1000, step, scalars }));
  }
}

function endOfLines(content: Uint8Array): number {
  return content.lastIndexOf(0x0a) + 1;
}

/** A record is its data's length in 8 bytes, 4 of checksum, the data, and 4 of checksum again. */
function endOfEvents(content: Uint8Array): number {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  for (let end = 0; ; ) {
    if (end + 8 > content.length) return end;
    const next = end + 12 + Number(view.getBigUint64(end, true)) + 4;
    if (next > content.length) return end;
    end = next;
  }
}
